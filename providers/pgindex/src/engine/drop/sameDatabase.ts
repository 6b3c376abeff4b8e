import type { IndexIdentity } from "../compare/identity";
import { PgIndexError } from "../errors/advice";
import { type Hazard, hazard } from "../hazards/hazard";
import { databaseLabel, isSameDatabase, readDatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";
import { displayName } from "../text/render";
import { otherDatabaseAdvice, otherDatabaseText } from "./dropMessages";

/**
 * Refuses to drop in another database than the one that the state was recorded on, unless it is
 * accepted by its name.
 */
export async function requireSameDatabase(
  observer: Session,
  { database: recorded, schema, name }: IndexIdentity,
  accepted: string | undefined,
): Promise<Hazard[]> {
  if (!recorded) return [];
  const here = await readDatabaseIdentity(observer);
  if (isSameDatabase(recorded, here)) return [];
  const advice = otherDatabaseAdvice({ schema, name }, recorded, here);
  if (accepted !== databaseLabel(here)) throw new PgIndexError(advice);
  const { why, fix } = advice;
  const message = otherDatabaseText(recorded, here);
  return [
    hazard("other-database", {
      object: displayName({ schema, name }),
      message: `${message}: ${why}`,
      fix,
    }),
  ];
}
