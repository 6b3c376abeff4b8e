import type { DesiredIndex } from "../engine/declare/desiredIndex";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { readDatabaseIdentity } from "../engine/session/databaseIdentity";
import type { Session } from "../engine/session/session";
import { declaredForm } from "../engine/situation/declaredForm";
import { readSituation } from "../engine/situation/readSituation";
import { requireTable } from "../engine/situation/scope";
import { isSettled } from "../engine/situation/situation";
import { notAsMigratedAdvice } from "./baselineMessages";

/**
 * Throws {@link PgIndexError} unless every index in the migration exists, is valid and is as the
 * migration creates it.
 */
export async function requireAsMigrated(
  session: Session,
  migration: string,
  indexes: readonly DesiredIndex[],
  runner: string,
): Promise<void> {
  const differing: string[] = [];
  for (const index of indexes) {
    const difference = await differenceOf(session, index);
    if (difference) differing.push(`${index.schema}.${index.name} ${difference}`);
  }
  if (differing.length > 0)
    throw new PgIndexError(notAsMigratedAdvice(migration, differing, runner));
}

async function differenceOf(session: Session, index: DesiredIndex): Promise<string | undefined> {
  try {
    const table = await requireTable(session, index);
    const database = await readDatabaseIdentity(session);
    const scope = { observer: session, desired: index, table, database };
    const situation = await readSituation(scope, await declaredForm(session, index));
    // PostgreSQL attaches the index of a partition by itself when the migration makes its parent.
    if (isSettled({ ...situation, othersPart: undefined })) return undefined;
    const { kind } = situation.verdict;
    return kind === "absent" ? "is not there" : `is ${kind}`;
  } catch (error) {
    if (!(error instanceof PgIndexError)) return `cannot be compared: ${errorText(error)}`;
    const { what, why, fix } = error.advice;
    return `cannot be compared: ${what} (${why}; ${fix})`;
  }
}
