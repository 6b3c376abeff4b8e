import { parseSync } from "libpg-query";
import { sqlState } from "../../errors/sqlstate";
import { loadParser } from "../../input/expression";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { ident } from "../../text/sql";
import { CannotLookError } from "../../twin/twinMessages";
import { readText } from "./readText";
import { type Selection, select, type Workload, type WorkloadStatement } from "./workload";
import * as say from "./workloadMessages";

interface Row {
  readonly queryid: string;
  readonly query: string;
  readonly calls: number;
  readonly meanMs: number;
  readonly rows: number;
}

/** What is shown in place of another role's statement. */
const HIDDEN = "<insufficient privilege>";

/**
 * Reads the workload of this database. Throws {@link CannotLookError}.
 *
 * @see https://www.postgresql.org/docs/current/pgstatstatements.html
 */
export async function readStatStatements(
  session: Session,
  selection: Selection,
): Promise<Workload> {
  await loadParser();
  const schema = await schemaOf(session);
  const { rows, role } = await readRows(session, schema);
  const hidden = rows.filter(({ query }) => query === HIDDEN).length;
  const read = rows.filter(({ query }) => query !== HIDDEN).map(toStatement);
  const statements = read.filter((each) => typeof each === "object");
  const utility = read.filter((each) => each === "utility").length;
  const unread = read.filter((each) => each === "unread").length;
  const whyForeign = hidden > 0 ? say.mayNotRead(role) : say.nothingRecorded();
  const chosen = select(statements, selection);
  const skipped = {
    ...chosen.skipped,
    ...(utility > 0 && { utility }),
    ...(unread > 0 && { unread }),
    ...(hidden > 0 && { hidden }),
  };
  const { since, dealloc } = await readInfo(session, schema);
  return {
    source: `pg_stat_statements${since === null ? "" : ` since ${since}`}`,
    ...chosen,
    skipped,
    whyForeign,
    remarks: [
      ...(hidden > 0 ? [say.someHidden(hidden, role)] : []),
      ...(dealloc > 0 ? [say.evicted(dealloc)] : []),
    ],
  };
}

async function schemaOf(session: Session): Promise<string> {
  const [found] = await session.query<{ schema: string }>(
    `SELECT n.nspname AS schema FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
      WHERE e.extname = 'pg_stat_statements'`,
  );
  if (!found) throw new CannotLookError(say.notInstalled());
  return found.schema;
}

/** A statement is counted for each role that runs it. */
async function readRows(
  session: Session,
  schema: string,
): Promise<{ readonly rows: readonly Row[]; readonly role: string }> {
  const { role } = onlyRow(
    await session.query<{ role: string }>("SELECT quote_ident(current_user) AS role"),
  );
  try {
    const rows = await session.query<Row>(
      `SELECT coalesce(queryid, 0)::text AS queryid, query, sum(calls)::float8 AS calls,
              (sum(total_exec_time) / greatest(sum(calls), 1))::float8 AS "meanMs",
              (sum(rows) / greatest(sum(calls), 1))::float8 AS rows
         FROM ${ident(schema)}.pg_stat_statements
        WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        GROUP BY queryid, query ORDER BY sum(total_exec_time) DESC`,
    );
    return { rows, role };
  } catch (error) {
    if (sqlState(error) === "55000") throw new CannotLookError(say.notLoaded(), { cause: error });
    if (sqlState(error) === "42501")
      throw new CannotLookError(say.mayNotRead(role), { cause: error });
    throw error;
  }
}

/** There is none before 14. */
async function readInfo(
  session: Session,
  schema: string,
): Promise<{ readonly since: string | null; readonly dealloc: number }> {
  const unknown = { since: null, dealloc: 0 };
  if (session.serverVersion < 140000) return unknown;
  const [row] = await session.query<{ since: Date | null; dealloc: number }>(
    `SELECT stats_reset AS since, dealloc::float8 AS dealloc
       FROM ${ident(schema)}.pg_stat_statements_info`,
  );
  return row ? { ...row, since: row.since?.toISOString() ?? null } : unknown;
}

/** What the application has written for another grammar, or was cut, is counted. */
function toStatement(row: Row): WorkloadStatement | "utility" | "unread" {
  try {
    const [only, ...others] = parseSync(row.query).stmts ?? [];
    if (!only || others.length > 0) return "unread";
    const read = readText(row.query.replace(/[;\s]+$/, ""), only.stmt);
    if (read.kind === "utility") return "utility";
    const { calls, meanMs, rows, queryid } = row;
    return { ...read, calls, meanMs, rows, origin: `queryid ${queryid}` };
  } catch {
    return "unread";
  }
}
