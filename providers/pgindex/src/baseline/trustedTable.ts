import { PgIndexError } from "../engine/errors/advice";
import { readLogin } from "../engine/reach/login";
import { functionsReached } from "../engine/reach/reach";
import type { Session } from "../engine/session/session";
import { foreignCodeAdvice } from "./baselineMessages";
import { type Mark, tableOf } from "./bookkeeping";

/**
 * Refuses to read or write the tool's table with a mighty login where that would run code of others:
 * a trigger, a default, a CHECK, a policy, an index on an expression. Throws {@link PgIndexError}.
 */
export async function requireTrusted(session: Session, mark: Mark): Promise<void> {
  const login = await readLogin(session);
  if (login.might === null) return;
  const rows = await session.query<{ oid: number }>(
    "SELECT to_regclass($1)::oid::int8::float8 AS oid WHERE to_regclass($1) IS NOT NULL",
    [tableOf(mark)],
  );
  const roots = rows.flatMap(({ oid }) => [
    { kind: "relation" as const, oid },
    { kind: "written" as const, oid },
  ]);
  const reached = await functionsReached(session, roots, []);
  const foreign = reached.find(({ isForeign }) => isForeign);
  if (foreign) throw new PgIndexError(foreignCodeAdvice(mark, foreign, login));
}
