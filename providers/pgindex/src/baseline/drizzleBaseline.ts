import { declaredForm, look, requireTable } from "../engine/look";
import type { DesiredIndex } from "../engine/model";
import { errorText, PgIndexError } from "../engine/problems";
import type { Session } from "../engine/session";
import { isSettled } from "../engine/situation";
import { ident, qualified } from "../engine/sql";
import type { Target } from "../engine/target";
import { withObserver } from "../engine/workspace";
import type { DesiredBaseline } from "./baselineArgs";
import { earlierFirstAdvice, notAsMigratedAdvice } from "./baselineMessages";

/** What a `DrizzleBaseline` leaves in Pulumi's state. */
export interface BaselineOutputs {
  readonly schemaVersion: number;
  readonly tag: string;
  readonly hash: string;
  readonly createdAt: number;
  readonly migrationsSchema: string;
  readonly migrationsTable: string;
  /** drizzle-kit had marked it already: a destroy leaves the mark. */
  readonly adopted: boolean;
}

type Mark = Pick<BaselineOutputs, "hash" | "createdAt" | "migrationsSchema" | "migrationsTable">;

const SCHEMA_VERSION = 1;

/**
 * Marks a migration as applied, with the row that drizzle-kit would write. Refuses, with advice, when the live indexes are not what the
 * migration makes, or when earlier migrations are missing.
 */
export async function markApplied(
  target: Target,
  desired: DesiredBaseline,
): Promise<BaselineOutputs> {
  const { tag, hash, createdAt, migrationsSchema, migrationsTable } = desired;
  const options = { purpose: `mark ${tag}`, writable: true };
  return withObserver(target, options, async (session) => {
    await requireAsMigrated(session, desired);
    const adopted = await isMarked(session, desired);
    if (!adopted) {
      await requireEarlier(session, desired);
      await insertMark(session, desired);
    }
    const mark = { hash, createdAt, migrationsSchema, migrationsTable };
    return { schemaVersion: SCHEMA_VERSION, tag, ...mark, adopted };
  });
}

/** Takes the mark back, so that drizzle-kit runs the migration again; one that drizzle-kit has set stays. */
export async function unmark(target: Target, outputs: BaselineOutputs): Promise<void> {
  if (outputs.adopted) return;
  const options = { purpose: `unmark ${outputs.tag}`, writable: true };
  await withObserver(target, options, async (session) => {
    if (!(await isMarked(session, outputs))) return;
    await session.query(`DELETE FROM ${tableOf(outputs)} WHERE hash = $1 AND created_at = $2`, [
      outputs.hash,
      outputs.createdAt,
    ]);
  });
}

/** Whether the mark stands. Read-only. */
export function stillMarked(target: Target, outputs: BaselineOutputs): Promise<boolean> {
  const options = { purpose: `look for ${outputs.tag}`, writable: false };
  return withObserver(target, options, (session) => isMarked(session, outputs));
}

function tableOf({ migrationsSchema, migrationsTable }: Mark): string {
  return qualified(migrationsSchema, migrationsTable);
}

async function requireAsMigrated(session: Session, desired: DesiredBaseline): Promise<void> {
  const differing: string[] = [];
  for (const index of desired.indexes) {
    const difference = await differenceOf(session, index);
    if (difference) differing.push(`${index.schema}.${index.name} ${difference}`);
  }
  if (differing.length > 0) throw new PgIndexError(notAsMigratedAdvice(desired.tag, differing));
}

async function differenceOf(session: Session, index: DesiredIndex): Promise<string | undefined> {
  try {
    const table = await requireTable(session, index);
    const situation = await look(session, index, await declaredForm(session, index), table);
    if (isSettled(situation)) return undefined;
    const { kind } = situation.verdict;
    return kind === "absent" ? "is not there" : `is ${kind}`;
  } catch (error) {
    if (error instanceof PgIndexError) return `cannot be compared: ${error.advice.what}`;
    return `cannot be compared: ${errorText(error)}`;
  }
}

async function isMarked(session: Session, mark: Mark): Promise<boolean> {
  if (!(await hasTable(session, mark))) return false;
  const rows = await session.query(
    `SELECT 1 FROM ${tableOf(mark)} WHERE hash = $1 AND created_at = $2`,
    [mark.hash, mark.createdAt],
  );
  return rows.length > 0;
}

async function hasTable(
  session: Session,
  { migrationsSchema, migrationsTable }: Mark,
): Promise<boolean> {
  const rows = await session.query(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')`,
    [migrationsSchema, migrationsTable],
  );
  return rows.length > 0;
}

async function requireEarlier(session: Session, desired: DesiredBaseline): Promise<void> {
  const { previousAt, tag } = desired;
  if (previousAt === null) return;
  const [row] = (await hasTable(session, desired))
    ? await session.query<{ last: number | null }>(
        `SELECT pg_catalog.max(created_at)::float8 AS last FROM ${tableOf(desired)}`,
      )
    : [];
  if ((row?.last ?? 0) < previousAt)
    throw new PgIndexError(earlierFirstAdvice(tag, tableOf(desired)));
}

/** Schema and table as drizzle-orm makes them where they are missing (pg-core/dialect.js, `migrate`). */
async function insertMark(session: Session, desired: DesiredBaseline): Promise<void> {
  const table = tableOf(desired);
  if (!(await hasTable(session, desired))) {
    await session.query(`CREATE SCHEMA IF NOT EXISTS ${ident(desired.migrationsSchema)}`);
    await session.query(
      `CREATE TABLE IF NOT EXISTS ${table} (id SERIAL PRIMARY KEY, hash text NOT NULL, created_at bigint)`,
    );
  }
  await session.query(`INSERT INTO ${table} (hash, created_at) VALUES ($1, $2)`, [
    desired.hash,
    desired.createdAt,
  ]);
}
