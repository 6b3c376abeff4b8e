import { parseSync, scanSync } from "libpg-query";

/** A piece of a statement, in bytes, and what stands there instead. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type Tree = Readonly<Record<string, unknown>>;

/**
 * The statement with NULL for every parameter and every string constant. The server takes a NULL for
 * the same type as it would take them, so it finds the same functions; but it does not read the
 * constants. Reading `'{x}'` as an array of a domain, or as a row with one, runs the CHECK of the
 * domain, whoever wrote it, while the statement is only parsed. Load the parser first (`loadParser`).
 *
 * @example withoutConstants("SELECT a FROM t WHERE b = $1 AND c = 'x'")
 * // SELECT a FROM t WHERE b = NULL AND c = NULL
 */
export function withoutConstants(sql: string): string {
  const bytes = Buffer.from(sql, "utf8");
  const ends = new Map(
    scanSync(sql)
      .tokens.filter(({ tokenName }) => CONSTANTS.has(tokenName))
      .map(({ start, end }) => [start, end]),
  );
  const edits = [...editsOf(parseSync(sql), ends, bytes)].sort((a, b) => b.start - a.start);
  return edits
    .reduce(
      (text, { start, end, text: instead }) =>
        Buffer.concat([text.subarray(0, start), Buffer.from(instead), text.subarray(end)]),
      bytes,
    )
    .toString("utf8");
}

const CONSTANTS: ReadonlySet<string> = new Set(["SCONST", "USCONST", "PARAM"]);

function* editsOf(
  root: unknown,
  ends: ReadonlyMap<number, number>,
  bytes: Buffer,
): Generator<Edit> {
  const left = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      // The grammar takes nothing but a constant there, whose type is the server's own.
      if (key === "pathspec") continue;
      const tree = child as Tree;
      const edit = EDITS[key]?.(tree, ends, bytes);
      if (edit) yield edit;
      if (key === "TypeCast" && isPrefixed(tree)) continue;
      left.push(key === "FuncCall" ? argumentsOf(tree) : child);
    }
  }
}

type MakeEdit = (node: Tree, ends: ReadonlyMap<number, number>, bytes: Buffer) => Edit | undefined;

const EDITS: Readonly<Record<string, MakeEdit>> = {
  ParamRef: ({ location = 0 }, ends) => toNull(location as number, ends),
  A_Const: ({ location = 0, sval }, ends) =>
    sval === undefined ? undefined : toNull(location as number, ends),
  TypeCast: (cast, ends, bytes) => (isPrefixed(cast) ? castOf(cast, ends, bytes) : undefined),
};

/** Blanks: `1=$1AND` is one token less without them. */
function toNull(start: number, ends: ReadonlyMap<number, number>): Edit | undefined {
  const end = ends.get(start);
  return end === undefined ? undefined : { start, end, text: " NULL " };
}

/** `date '2026-01-01'` rather than a cast. */
function isPrefixed({ location }: Tree): boolean {
  return location === -1;
}

/** `t 'x'` has no form with NULL, other than a cast; `interval '1' day` is the server's own. */
function castOf(cast: Tree, ends: ReadonlyMap<number, number>, bytes: Buffer): Edit | undefined {
  const { typeName, arg } = cast as {
    typeName: { location?: number; names?: readonly { String?: { sval?: string } }[] };
    arg: { A_Const?: { location?: number } };
  };
  const { location: start = 0, names = [] } = typeName;
  const { location: at = 0 } = arg.A_Const ?? {};
  const end = ends.get(at);
  if (end === undefined || names[0]?.String?.sval === "pg_catalog") return undefined;
  const type = bytes.subarray(start, at).toString("utf8");
  return { start, end, text: ` CAST(NULL AS ${type}) ` };
}

/** The field of EXTRACT is a constant to the grammar. */
function argumentsOf(call: Tree): unknown {
  const {
    funcname = [],
    args = [],
    ...others
  } = call as {
    funcname?: readonly { String?: { sval?: string } }[];
    args?: readonly unknown[];
  };
  return [others, funcname.at(-1)?.String?.sval === "extract" ? args.slice(1) : args];
}
