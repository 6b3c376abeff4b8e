import { type DatabaseIdentity, databaseLabel, isSameDatabase } from "../session/databaseIdentity";
import type { PreviousIndex } from "./scope";

/** The recorded index, unless it was recorded on another database: nothing of it holds here. */
export function previousHere(
  previous: PreviousIndex,
  here: DatabaseIdentity,
): PreviousIndex | undefined {
  const { database } = previous;
  return database && !isSameDatabase(database, here) ? undefined : previous;
}

/** What is said when the state was recorded on another database. */
export function otherDatabaseWarning(recorded: DatabaseIdentity, here: DatabaseIdentity): string {
  return (
    `the state was recorded on the database ${databaseLabel(recorded)}, ` +
    `and this is ${databaseLabel(here)}: ` +
    "pulumi up looks here, builds what is missing here, and records this one; " +
    "a destroy refuses until then"
  );
}
