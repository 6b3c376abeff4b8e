import { PARTITIONED, TABLES, type Table, WITH_CONSTRAINT } from "../application/chaosTables.ts";
import type { Goal } from "../troubles/troubleSchedule.ts";

/** Arguments of an `Index`. */
type Args = Readonly<Record<string, unknown>>;

/**
 * One index in two forms: arguments for pgindex, and the statement from which PostgreSQL builds it,
 * for the judge.
 */
export interface Declaration {
  readonly args: Args & { readonly name: string; readonly table: string };
  /** Everything after the table name in CREATE INDEX. */
  readonly clauses: string;
  readonly unique: boolean;
}

interface Shape extends Args {
  readonly clauses: string;
  readonly unique?: boolean;
}

/** Five kinds of index, each before and after a change of its definition. */
const KINDS: Record<string, (table: Table) => [first: Shape, second: Shape]> = {
  plain: () => [
    {
      columns: ["state", { column: "created_at", order: "desc" }],
      clauses: "(state, created_at DESC)",
    },
    {
      columns: ["state", { column: "created_at", order: "desc" }, "id"],
      clauses: "(state, created_at DESC, id)",
    },
  ],
  unique: (table) => {
    const columns = table === PARTITIONED ? ["code", "region"] : ["code"];
    const constraint = table === WITH_CONSTRAINT ? "unique" : undefined;
    const unique = { columns, unique: true, constraint, clauses: `(${columns.join(", ")})` };
    return [
      unique,
      { ...unique, include: ["state"], clauses: `${unique.clauses} INCLUDE (state)` },
    ];
  },
  expression: () => [
    { columns: [{ expression: "app.slow(note)" }], clauses: "(app.slow(note))" },
    { columns: [{ expression: "app.slow(state || note)" }], clauses: "(app.slow(state || note))" },
  ],
  partial: () => [
    {
      columns: ["amount"],
      predicate: "app.slow(state) < '8'",
      clauses: "(amount) WHERE app.slow(state) < '8'",
    },
    {
      columns: ["amount", "id"],
      predicate: "app.slow(state) >= '8'",
      clauses: "(amount, id) WHERE app.slow(state) >= '8'",
    },
  ],
  gin: () => [
    { columns: ["tags"], accessMethod: "gin", clauses: "USING gin (tags)" },
    {
      columns: [{ column: "doc", operatorClass: "jsonb_path_ops" }],
      accessMethod: "gin",
      clauses: "USING gin (doc jsonb_path_ops)",
    },
  ],
};

/** Which kinds of index each stack has, on every table: they meet on the tables. */
const KINDS_OF: Readonly<Record<StackName, readonly string[]>> = {
  left: ["plain", "unique", "expression"],
  right: ["partial", "gin"],
};

export type StackName = "left" | "right";

/** The indexes of one stack for a goal. */
export function declarationsOf(
  stack: StackName,
  goal: Exclude<Goal, "nothing">,
  round: number,
): Declaration[] {
  const kinds = KINDS_OF[stack];
  return declarationsFor(goal, round).filter(({ args }) =>
    kinds.some((kind) => args.name.endsWith(`_${kind}_idx`)),
  );
}

/**
 * The 25 indexes for a goal. `rebuilt` asks for a REINDEX of the second definitions, a new one for
 * each `round`.
 */
export function declarationsFor(goal: Exclude<Goal, "nothing">, round: number): Declaration[] {
  const rebuildWhen = goal === "rebuilt" ? { trigger: `round ${round}` } : undefined;
  return TABLES.flatMap((table) =>
    Object.entries(KINDS).map(([kind, shapes]) => {
      const { clauses, ...shape } = shapes(table)[goal === "first" ? 0 : 1];
      const args = { schema: "app", table, name: `${table}_${kind}_idx`, ...shape, rebuildWhen };
      return { args, clauses, unique: shape.unique === true };
    }),
  );
}
