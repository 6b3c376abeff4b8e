import type { IndexIdentity } from "../compare/identity";
import { PgIndexError } from "../errors/advice";
import { databaseLabel, isSameDatabase, readDatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";
import { otherDatabaseAdvice } from "./dropMessages";

/** Refuses to drop in another database than the one that the state was recorded on. */
export async function requireSameDatabase(
  observer: Session,
  { database: recorded, schema, name }: IndexIdentity,
  accepted: string | undefined,
): Promise<void> {
  if (!recorded) return;
  const here = await readDatabaseIdentity(observer);
  if (isSameDatabase(recorded, here) || accepted === databaseLabel(here)) return;
  throw new PgIndexError(otherDatabaseAdvice({ schema, name }, recorded, here));
}
