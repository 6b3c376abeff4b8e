import type pg from "pg";
import { PARTITIONED } from "../application/chaosTables.ts";
import { declarationsFor } from "../stacks/declarations.ts";
import { RIVAL_NAMES } from "../stacks/rivalNames.ts";
import { pickAt } from "./seededRandom.ts";

/** A definition that no stack declares. */
export const OTHERS_DEFINITION = "(amount, state, id)";

/** An index of ours whose name another tool takes. */
export interface Target {
  readonly name: string;
  readonly table: string;
  readonly oid: number;
  readonly definition: string;
  /** The tool's own names: for what it builds, and for ours meanwhile. */
  readonly names: { readonly made: string; readonly old: string };
}

/** Not those that a constraint needs, and not the ones that the rival asks for. */
const NAMES = declarationsFor("first", 0)
  .filter(({ args }) => args.table !== PARTITIONED && args.constraint === undefined)
  .map(({ args }) => args.name)
  .filter((name) => !RIVAL_NAMES.includes(name));

/** One of our indexes, valid and marked. */
export async function targetOf(client: pg.Client, pick: number): Promise<Target | undefined> {
  const { rows } = await client.query<Omit<Target, "names">>(
    `SELECT i.relname AS name, t.relname AS table, i.oid::int8::int AS oid,
            pg_get_indexdef(i.oid) AS definition
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
      WHERE i.relnamespace = 'app'::regnamespace AND x.indisvalid AND i.relname = ANY($1)
        AND obj_description(i.oid, 'pg_class') LIKE '%managed by Pulumi%' ORDER BY 1`,
    [NAMES],
  );
  const found = pickAt(rows, pick);
  if (!found) return undefined;
  const { oid } = found;
  return { ...found, names: { made: `other_tool_new_${oid}`, old: `other_tool_old_${oid}` } };
}
