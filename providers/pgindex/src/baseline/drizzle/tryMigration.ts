import { sqlState } from "../../engine/errors/sqlstate";
import type { Operation } from "../../engine/operation/operation";
import type { Session } from "../../engine/session/session";
import { shortened } from "../../engine/text/printable";
import { runWatched } from "../../engine/watch/watchedStatement";
import { hasTable, tableOf } from "../bookkeeping";
import type { PlacedStatement } from "../split/placing";
import { requireTrusted } from "../trustedTable";
import { drizzle } from "./drizzleBookkeeping";
import { isRun } from "./indexStatements";
import type { PendingMigration, StatementsRequest } from "./pendingMigrations";
import { hasRun, noteRun } from "./ranNote";

/** What is running. */
export interface At {
  statement?: PlacedStatement;
  migration?: string;
}

export interface Running {
  readonly request: StatementsRequest;
  readonly at: At;
}

/**
 * Runs a migration in one transaction, and notes or marks it there. False if it did not get its
 * locks in time; nothing has been done then.
 */
export async function tryMigration(
  operation: Operation,
  pending: PendingMigration,
  running: Running,
): Promise<boolean> {
  const { builder } = operation;
  await builder.query("BEGIN");
  try {
    if (await takeTurn(builder, pending)) await runAll(operation, pending, running);
    await builder.query("COMMIT");
    return true;
  } catch (error) {
    await builder.query("ROLLBACK").catch(() => undefined);
    if (sqlState(error) === "55P03") return false;
    throw error;
  }
}

/**
 * Locks Drizzle's own table against another run of ours, and against a row of the tool's. False if
 * one of them has been here first.
 */
async function takeTurn(builder: Session, { mark }: PendingMigration): Promise<boolean> {
  await setLocal(builder, { search_path: "", lock_timeout: TABLE_LOCK });
  if (!(await hasTable(builder, mark))) await drizzle.createTable(builder, mark);
  await requireTrusted(builder, mark);
  await builder.query(`LOCK TABLE ${tableOf(mark)} IN SHARE ROW EXCLUSIVE MODE`);
  const rows = await drizzle.find(builder, mark);
  return rows.length === 0 && !(await hasRun(builder, mark));
}

async function runAll(
  operation: Operation,
  { migration, mark, runs, marks }: PendingMigration,
  { request, at }: Running,
): Promise<void> {
  const { builder, ctx } = operation;
  for (const name of OWN_SETTINGS) await builder.query(`SET LOCAL ${name} TO DEFAULT`);
  at.migration = migration;
  for (const [i, statement] of runs.entries()) {
    if (!(await isRun(builder, statement, request))) continue;
    at.statement = statement;
    ctx.status(`${migration}, ${i + 1} of ${runs.length}: ${shortened(statement.sql)}`);
    const isWriting = WRITING.some((kind) => kind in statement.node);
    await setLocal(builder, { lock_timeout: isWriting ? ROW_LOCK : TABLE_LOCK });
    await runWatched(statement.sql, { ...operation, verb: `run ${migration}`, isQuiet: true });
  }
  at.statement = undefined;
  await setLocal(builder, { search_path: "" });
  if (marks) await drizzle.insert(builder, mark);
  else if (runs.length > 0) await noteRun(builder, mark);
}

async function setLocal(builder: Session, settings: Readonly<Record<string, string>>) {
  for (const [name, value] of Object.entries(settings))
    await builder.query("SELECT pg_catalog.set_config($1, $2, true)", [name, value]);
}

/** What our sessions pin and a migration may rest on: drizzle-kit's have those of role and database. */
const OWN_SETTINGS = [
  "search_path",
  "TimeZone",
  "timezone_abbreviations",
  "DateStyle",
  "IntervalStyle",
  "array_nulls",
  "transform_null_equals",
  "xmloption",
];

/** Everybody waits behind the request for a lock on a table, and only we for that on a row. */
const TABLE_LOCK = "100ms";
const ROW_LOCK = "10s";

const WRITING = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "SelectStmt", "DoStmt"];
