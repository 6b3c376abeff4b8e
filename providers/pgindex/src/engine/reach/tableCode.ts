import type { Session } from "../session/session";
import { functionsReached, type ReachedFunction, type Root } from "./reach";

/** What is done with a table. */
export type Use = "relation" | "written";

/**
 * A function of a role with fewer rights than our login that a query of the table would run, be it
 * only while it is planned; undefined if none. The search_path has to be `pg_catalog`, or empty.
 */
export async function foreignCodeOf(
  session: Session,
  { schema, table }: { readonly schema: string; readonly table: string },
  uses: readonly Use[] = ["relation"],
): Promise<ReachedFunction | undefined> {
  const rows = await session.query<{ oid: number }>(
    `SELECT c.oid::int8::float8 AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2`,
    [schema, table],
  );
  const roots: Root[] = rows.flatMap(({ oid }) => uses.map((kind) => ({ kind, oid })));
  const reached = await functionsReached(session, roots, []);
  return reached.find(({ isForeign }) => isForeign);
}
