import { scanSync } from "libpg-query";
import { fieldsOf } from "../../input/namesInQuery";
import { literal } from "../../text/sql";
import type { Access, ReadStatement } from "./access";
import { bodyOf, lastName, listOf, type Tree } from "./tree";

/** What the values of a column are like. */
export interface Typical {
  /** A tenth of the values is below. */
  readonly low: string;
  /** A tenth is above. */
  readonly high: string;
  readonly text: string;
}

/** Finds it by table and column; undefined where the statistics have none. */
export type TypicalOf = (access: Access, column: string) => Typical | undefined;

/** A column whose parameters get a typical value. */
export interface Asked {
  readonly access: Access;
  readonly column: string;
}

/** The columns of which {@link withTypicalValues} needs to know what is typical. */
export function askedIn({ accesses }: ReadStatement): Asked[] {
  return valuesIn(accesses).map(({ access, column }) => ({ access, column }));
}

/** A statement, read from a tree of its very text. */
interface OwnText {
  readonly text: string;
  readonly tree: unknown;
  readonly read: ReadStatement;
  /** Rows that a call returns, as counted. */
  readonly rows?: number;
}

/**
 * The statement with typical values for the parameters that the planner would otherwise guess
 * badly: a tenth of the values for a range, a common piece for LIKE, the rows that were counted for
 * LIMIT. Other parameters stay, for a generic plan: it reckons `=` by the average.
 */
export function withTypicalValues(
  { text, tree, rows, read }: OwnText,
  typicalOf: TypicalOf,
): string {
  const values = new Map<number, string>([
    ...limitsIn(tree, Math.max(1, Math.ceil(rows ?? DEFAULT_LIMIT))),
    ...typicalValues(read.accesses, typicalOf),
  ]);
  return edited(text, values, castsIn(tree));
}

/** As many rows as a page of a list has. */
const DEFAULT_LIMIT = 20;

interface Compared extends Asked {
  readonly location: number;
  readonly pick: (typical: Typical) => string;
}

/** Of the conditions that are parsed from this very text. */
function valuesIn(accesses: readonly Access[]): Compared[] {
  return accesses.flatMap((access) =>
    [...access.conditions, ...access.alternatives.flat()].flatMap((each): Compared[] => {
      if (each.kind === "test" || each.kind === "equal" || each.kind === "contains") return [];
      const { column } = each.key;
      if (column === undefined) return [];
      const of = { access, column };
      const at = (node: unknown, pick: Compared["pick"]): Compared[] => {
        const location = parameterAt(node);
        return location === undefined ? [] : [{ ...of, location, pick }];
      };
      if (each.kind === "range" && each.isBelow === undefined) {
        const [from, to] = listOf(bodyOf(each.value, "List")?.items);
        return [...at(from, ({ high }) => high), ...at(to, ({ high }) => high)];
      }
      if (each.kind === "range")
        return at(each.value, ({ low, high }) => (each.isBelow ? low : high));
      return at(each.value, ({ text }) => `%${text.slice(2, 7).replaceAll(/[\\%_]/g, "")}%`);
    }),
  );
}

function parameterAt(node: unknown): number | undefined {
  const cast = bodyOf(node, "TypeCast");
  if (cast) return parameterAt(cast.arg);
  const parameter = bodyOf(node, "ParamRef");
  return parameter && ((parameter.location as number | undefined) ?? 0);
}

function typicalValues(
  accesses: readonly Access[],
  typicalOf: TypicalOf,
): (readonly [number, string])[] {
  return valuesIn(accesses).flatMap(({ access, column, location, pick }) => {
    const typical = typicalOf(access, column);
    return typical ? [[location, literal(pick(typical))] as const] : [];
  });
}

function limitsIn(root: unknown, rows: number): (readonly [number, string])[] {
  const values: Readonly<Record<string, string>> = { limitCount: String(rows), limitOffset: "0" };
  return [...fieldsOf(root)].flatMap(([key, node]) => {
    const value = values[key];
    const at = value === undefined ? undefined : parameterAt(node);
    return value === undefined || at === undefined ? [] : [[at, value] as const];
  });
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: (parameter: string) => string;
}

/**
 * pg_stat_statements writes `interval '1 day'` as `interval $1`, and `extract(epoch from x)` as
 * `extract($1 from x)`, which no server parses.
 */
function castsIn(root: unknown): ReadonlyMap<number, Omit<Edit, "end">> {
  const found = new Map<number, Omit<Edit, "end">>();
  for (const [key, child] of fieldsOf(root)) {
    if (key !== "TypeCast" && key !== "FuncCall") continue;
    const { location, arg, typeName, funcname, args } = child as Tree;
    const at = location === -1 ? parameterAt(arg) : undefined;
    const start = (typeName as Tree | undefined)?.location;
    if (at !== undefined && typeof start === "number")
      found.set(at, { start, text: (parameter) => parameter });
    const field = lastName(funcname) === "extract" ? parameterAt(listOf(args)[0]) : undefined;
    if (field !== undefined) found.set(field, { start: field, text: () => "'epoch'" });
  }
  return found;
}

function edited(
  text: string,
  values: ReadonlyMap<number, string>,
  casts: ReadonlyMap<number, Omit<Edit, "end">>,
): string {
  const bytes = Buffer.from(text, "utf8");
  const numbers = new Map<string, number>();
  let [done, result] = [0, ""];
  for (const { tokenName, text: token, start, end } of scanSync(text).tokens) {
    if (tokenName !== "PARAM") continue;
    const cast = casts.get(start);
    const from = cast?.start ?? start;
    const value = values.get(start);
    if (value === undefined && !numbers.has(token) && cast?.text("") !== "'epoch'")
      numbers.set(token, numbers.size + 1);
    const parameter = value ?? `$${numbers.get(token)}`;
    const type = bytes.subarray(from, start).toString("utf8").trim();
    const shown = cast
      ? cast.text(type === "" ? parameter : `CAST(${parameter} AS ${type})`)
      : parameter;
    result += `${bytes.subarray(done, from).toString("utf8")} ${shown} `;
    done = end;
  }
  return result + bytes.subarray(done).toString("utf8");
}
