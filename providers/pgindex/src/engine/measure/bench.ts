import { actAsApplication } from "../application/applicationRole";
import { type IndexOnTable, readIndexTree } from "../catalog/indexTree";
import type { Context } from "../operation/context";
import { stopCounting } from "../scans/scanCounting";
import type { Database } from "../session/database";
import type { Session } from "../session/session";
import { requireOwnSchemas } from "./calledFunctions";
import type { Bench, Tally } from "./queryRuns";
import type { ParsedQuery } from "./servedQueries";

/**
 * Makes a new session ready to plan and run queries of an index: as the application's role, its own
 * scans told from traffic, and nothing of others in reach of a mighty login. Throws
 * {@link PgIndexError}.
 */
export async function prepareBench(
  session: Session,
  index: IndexOnTable,
  role: string | undefined,
  { ctx, tally }: { readonly ctx: Context; readonly tally: Tally },
): Promise<Bench> {
  const isCounted = !(await stopCounting(session));
  const tree = await readIndexTree(session, index);
  const acting = await actAsApplication(session, role);
  await requireOwnSchemas(session, index);
  return { session, index: tree, ctx, acting, isCounted, tally };
}

/** The queries that each role of the application runs. */
export function byRole(
  { applicationRole }: Database,
  queries: readonly ParsedQuery[],
): ReadonlyMap<string | undefined, readonly ParsedQuery[]> {
  const roleOf = (query: ParsedQuery) => query.role ?? applicationRole;
  const ofRole = (role: string | undefined) => queries.filter((query) => roleOf(query) === role);
  return new Map(queries.map(roleOf).map((role) => [role, ofRole(role)] as const));
}
