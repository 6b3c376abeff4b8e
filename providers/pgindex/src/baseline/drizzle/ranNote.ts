import type { Session } from "../../engine/session/session";
import { literal } from "../../engine/text/sql";
import { type Mark, tableOf } from "../bookkeeping";

/**
 * That a migration has run but for its indexes, as a line in the comment of Drizzle's own table: it
 * is written in the transaction that runs the migration, no version of drizzle-kit reads it, and the
 * next one that generates or pushes a schema sees no table that it does not know.
 */
function lineOf(migration: string): string {
  return `pgindex has run ${JSON.stringify(migration)} but for its indexes`;
}

/** Whether all but the indexes of the migration has run, and it is not marked yet. */
export async function hasRun(session: Session, mark: Mark): Promise<boolean> {
  return (await linesOf(session, mark)).includes(lineOf(mark.migration));
}

export async function noteRun(session: Session, mark: Mark): Promise<void> {
  await write(session, mark, [...(await linesOf(session, mark)), lineOf(mark.migration)]);
}

export async function forgetRun(session: Session, mark: Mark): Promise<void> {
  const lines = await linesOf(session, mark);
  const left = lines.filter((line) => line !== lineOf(mark.migration));
  if (left.length < lines.length) await write(session, mark, left);
}

async function linesOf(session: Session, mark: Mark): Promise<readonly string[]> {
  const [row] = await session.query<{ comment: string | null }>(
    "SELECT pg_catalog.obj_description(pg_catalog.to_regclass($1), 'pg_class') AS comment",
    [tableOf(mark)],
  );
  return row?.comment?.split("\n") ?? [];
}

async function write(session: Session, mark: Mark, lines: readonly string[]): Promise<void> {
  const comment = lines.length === 0 ? "NULL" : literal(lines.join("\n"));
  await session.query(`COMMENT ON TABLE ${tableOf(mark)} IS ${comment}`);
}
