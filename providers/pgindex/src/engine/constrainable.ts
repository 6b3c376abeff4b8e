import type { LiveTable } from "./catalog/liveIndex";
import type { DesiredIndex } from "./declare/desiredIndex";
import { PgIndexError } from "./errors/advice";
import type { Session } from "./session/session";
import { nullableKeyAdvice, partitionedConstraintAdvice } from "./tableMessages";

/** Refuses a constraint that PostgreSQL would refuse, or for which it would scan the whole table under ACCESS EXCLUSIVE. */
export async function requireConstrainable(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<void> {
  if (desired.constraint === undefined) return;
  if (table.kind !== "table")
    throw new PgIndexError(partitionedConstraintAdvice(desired, table.kind));
  if (desired.constraint !== "primaryKey") return;
  const nullable = await session.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = $1::int8::oid AND attname = ANY($2) AND NOT attnotnull ORDER BY attnum`,
    [table.oid, desired.keys.map((key) => key.column)],
  );
  if (nullable.length > 0)
    throw new PgIndexError(
      nullableKeyAdvice(
        desired,
        nullable.map((row) => row.name),
      ),
    );
}
