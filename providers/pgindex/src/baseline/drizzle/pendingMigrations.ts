import { PgIndexError } from "../../engine/errors/advice";
import type { Session } from "../../engine/session/session";
import { hasTable } from "../bookkeeping";
import { newTables, type PlacedStatement } from "../split/placing";
import { type DrizzleMark, drizzle, lastMark } from "./drizzleBookkeeping";
import { type DrizzleEntry, drizzleEntries, entryOf } from "./drizzleFolder";
import { readSplit, type SplitMigration } from "./drizzleHistory";
import {
  earlierIndexAdvice,
  earlierPendingAdvice,
  endsTransactionAdvice,
  neededIndexAdvice,
  passedOverAdvice,
} from "./drizzleMessages";
import { hasRun } from "./ranNote";

/** A migration whose statements are to run, as Drizzle would, but for its indexes. */
export interface StatementsRequest {
  readonly folder: string;
  readonly mark: DrizzleMark;
  /** Whether it is marked as soon as it has run, because no index of it is built apart. */
  readonly marks: boolean;
  /** Whether it is the first that the program declares: what comes before is run along with it. */
  readonly isFirst: boolean;
  /** Every name that an index has or has had which is built apart. */
  readonly names: readonly string[];
  /** Those of them that are declared once it has run. */
  readonly declares: readonly string[];
}

/** A migration that has not run. */
export interface PendingMigration extends SplitMigration {
  readonly mark: DrizzleMark;
  /** What runs of it. */
  readonly runs: readonly PlacedStatement[];
  /** Whether its mark is written with it. */
  readonly marks: boolean;
}

/**
 * What has to run now, in order. Throws {@link PgIndexError} if it cannot run apart from an index,
 * or if Drizzle itself would never run it.
 */
export async function pendingMigrations(
  session: Session,
  request: StatementsRequest,
): Promise<readonly PendingMigration[]> {
  const { folder, mark, isFirst } = request;
  const entries = drizzleEntries(folder);
  const own = entryOf(folder, entries, mark.migration);
  const before = entries.slice(0, entries.indexOf(own));
  const state = await readState(session, mark);
  if ((await state.hasRow(own)) || (await hasRun(session, mark))) return [];
  const pending = ownMigration(request, own);
  if (state.isPassedOver(own)) {
    // Its indexes are built, and its row is set, whatever has run since.
    if (pending.runs.length === 0) return [];
    throw new PgIndexError(passedOverAdvice(mark.migration, mark.migrationsTable));
  }
  const missing: DrizzleEntry[] = [];
  for (const entry of isFirst ? before : [])
    if (!state.isPassedOver(entry) && !(await state.hasRow(entry))) missing.push(entry);
  const created = new Set<string>();
  const earlier = missing.map((entry) => wholeMigration(request, entry, created));
  return [...earlier, pending];
}

/** Throws {@link PgIndexError} if an earlier migration has not run, which is nobody's turn then. */
export async function requireEarlier(
  session: Session,
  { folder, mark }: StatementsRequest,
): Promise<void> {
  const entries = drizzleEntries(folder);
  const [previous] = entries
    .slice(0, entries.indexOf(entryOf(folder, entries, mark.migration)))
    .slice(-1);
  if (!previous) return;
  const state = await readState(session, mark);
  if (state.isPassedOver(previous) || (await state.hasRow(previous))) return;
  throw new PgIndexError(earlierPendingAdvice(mark.migration, previous.migration));
}

interface MarkState {
  hasRow(entry: DrizzleEntry): Promise<boolean>;
  /** Whether 0.45 takes it for applied, by the time of a later row. */
  isPassedOver(entry: DrizzleEntry): boolean;
}

async function readState(session: Session, mark: DrizzleMark): Promise<MarkState> {
  const isThere = await hasTable(session, mark);
  const last = isThere ? await lastMark(session, mark) : 0;
  return {
    hasRow: async (entry) =>
      isThere && (await drizzle.find(session, { ...mark, ...markOf(entry) })).length > 0,
    isPassedOver: ({ name, createdAt }) => name === undefined && createdAt <= last,
  };
}

function markOf({ migration, createdAt, previousAt, name }: DrizzleEntry) {
  return { migration, createdAt, previousAt, name };
}

/** One that comes before all that the program declares: nothing of it is built apart. */
function wholeMigration(
  { folder, mark }: StatementsRequest,
  entry: DrizzleEntry,
  created: Set<string>,
): PendingMigration {
  const split = readSplit(folder, entry, created);
  const onUsed = split.statements.find(({ by }) => by !== "runs");
  if (onUsed) throw new PgIndexError(earlierIndexAdvice(entry.migration, onUsed));
  for (const { node } of split.statements)
    for (const label of newTables(node, created)) created.add(label);
  requireOneTransaction(split);
  const ofEntry = { ...mark, ...markOf(entry), hash: split.hash, split: undefined };
  return { ...split, mark: ofEntry, runs: split.statements, marks: true };
}

function ownMigration({ folder, mark, marks }: StatementsRequest, entry: DrizzleEntry) {
  const split = readSplit(folder, entry);
  const needed = split.statements.find(({ by }) => by === "needed");
  if (needed) throw new PgIndexError(neededIndexAdvice(entry.migration, needed));
  requireOneTransaction(split);
  const runs = split.statements.filter(({ by }) => by === "runs");
  return { ...split, mark: { ...mark, hash: split.hash }, runs, marks };
}

function requireOneTransaction({ migration, statements }: SplitMigration): void {
  const ends = statements.find(({ node }) => "TransactionStmt" in node);
  if (ends) throw new PgIndexError(endsTransactionAdvice(migration, ends));
}
