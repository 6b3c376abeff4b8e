import { PgIndexError } from "../engine/errors/advice";
import { readLogin } from "../engine/reach/login";
import { foreignCodeOf } from "../engine/reach/tableCode";
import type { Session } from "../engine/session/session";
import { foreignCodeAdvice } from "./baselineMessages";
import type { Mark } from "./bookkeeping";

/**
 * Refuses to read or write the tool's table with a mighty login where that would run code of others:
 * a trigger, a default, a CHECK, a policy, an index on an expression. Throws {@link PgIndexError}.
 */
export async function requireTrusted(session: Session, mark: Mark): Promise<void> {
  const login = await readLogin(session);
  if (login.might === null) return;
  const { migrationsSchema: schema, migrationsTable: table } = mark;
  const foreign = await foreignCodeOf(session, { schema, table }, ["relation", "written"]);
  if (foreign) throw new PgIndexError(foreignCodeAdvice(mark, foreign, login));
}
