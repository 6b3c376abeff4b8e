import { whoStays } from "../../engine/alteration/alteration";
import { oldTransactionsOn } from "../../engine/catalog/sessions/otherSessions";
import { CancelledError, PgIndexError } from "../../engine/errors/advice";
import { sqlState } from "../../engine/errors/sqlstate";
import type { Context } from "../../engine/operation/context";
import { changeTable, type Operation } from "../../engine/operation/operation";
import { OutOfPatience } from "../../engine/operation/patience";
import { outOfPatienceAdvice } from "../../engine/operation/patienceMessages";
import { Wait } from "../../engine/operation/wait";
import type { Database } from "../../engine/session/database";
import type { Session } from "../../engine/session/session";
import { tableOf } from "../bookkeeping";
import { changesOf } from "../split/changes";
import type { DrizzleMark } from "./drizzleBookkeeping";
import { deniedNoteAdvice, deniedStatementAdvice, failedStatementAdvice } from "./drizzleMessages";
import {
  type PendingMigration,
  pendingMigrations,
  requireEarlier,
  type StatementsRequest,
} from "./pendingMigrations";
import { type At, type Running, tryMigration } from "./tryMigration";

/**
 * Runs the statements of a migration, but for the indexes that are built apart, as drizzle-orm's
 * `migrate` does: in one transaction. In the same transaction it is noted that they have run, or
 * marked if there is nothing left to do. Gives the names of the migrations that it has run.
 */
export async function runStatements(
  database: Database,
  request: StatementsRequest,
  ctx: Context,
): Promise<readonly string[]> {
  const { migration, migrationsSchema, migrationsTable } = request.mark;
  const table = { schema: migrationsSchema, table: migrationsTable };
  const change = { database, table, ctx, purpose: `run ${migration}`, searchPath: [] };
  const at: At = {};
  const done: string[] = [];
  await changeTable(
    change,
    async (operation) => {
      const pending = await pendingMigrations(operation.observer, request);
      if (pending.length > 0 && !request.isFirst) await requireEarlier(operation.observer, request);
      for (const each of pending) {
        await runOne(operation, each, { request, at });
        if (each.runs.length > 0) done.push(each.migration);
      }
    },
    async (error) => explained(error, request.mark, at, done),
  );
  return done;
}

async function explained(error: unknown, mark: DrizzleMark, at: At, done: readonly string[]) {
  const { migration } = mark;
  if (error instanceof PgIndexError || error instanceof CancelledError) return error;
  if (error instanceof OutOfPatience) {
    const advice = outOfPatienceAdvice(
      `the migration ${migration}`,
      error,
      "nothing of it has run",
    );
    return new PgIndexError(advice, { cause: error });
  }
  const { statement } = at;
  const isDenied = sqlState(error) === "42501";
  if (!statement && isDenied) {
    const advice = deniedNoteAdvice(mark.migration, tableOf(mark), error);
    return new PgIndexError(advice, { cause: error });
  }
  if (!statement || sqlState(error) === undefined) return error;
  const failed = { migration: at.migration ?? migration, statement, done };
  const advice = isDenied
    ? deniedStatementAdvice(failed, error)
    : failedStatementAdvice(failed, error);
  return new PgIndexError(advice, { cause: error });
}

/** Tries until it gets its locks: nobody queues behind a request that has to wait for long. */
async function runOne(
  operation: Operation,
  pending: PendingMigration,
  running: Running,
): Promise<void> {
  const wait = new Wait(operation.ctx, `waiting to run ${pending.migration}`);
  for (;;) {
    const tables = await lockedTables(operation.observer, pending);
    const staying = [];
    for (const tableOid of tables) {
      const stops = { mode: "ACCESS EXCLUSIVE", on: "table" } as const;
      staying.push(...(await whoStays({ stops, tableOid }, operation)));
    }
    if (staying.length > 0) {
      await wait.on(staying);
      continue;
    }
    if (await tryMigration(operation, pending, running)) return wait.over();
    const others = tables.map((oid) => oldTransactionsOn(operation.observer, oid, 0));
    await wait.afterTry((await Promise.all(others)).flat());
  }
}

/** The tables that it alters, and that are there: it locks them against reads, too. */
async function lockedTables(
  observer: Session,
  { runs }: PendingMigration,
): Promise<readonly number[]> {
  const altering = runs.filter(({ node }) => "AlterTableStmt" in node || "RenameStmt" in node);
  const labels = [...changesOf(altering).altered].map((label) => label.split("."));
  const rows = await observer.query<{ oid: number }>(
    `SELECT c.oid::int8::float8 AS oid
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN unnest($1::text[], $2::text[]) AS t(schema, name)
         ON t.schema = n.nspname AND t.name = c.relname`,
    [labels.map(([schema]) => schema), labels.map(([, ...name]) => name.join("."))],
  );
  return rows.map(({ oid }) => oid);
}
