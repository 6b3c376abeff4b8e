import type { Operation, TablePlace } from "../operation/operation";
import { readDatabaseIdentity } from "../session/databaseIdentity";
import { vanishingWarning } from "../session/vanishingClient";
import { otherDatabaseWarning, previousHere } from "../situation/otherDatabase";
import { requireTable, type Scope } from "../situation/scope";
import type { Execution } from "./execute";
import type { Journal } from "./journal";
import type { Request } from "./request";

/** One attempt at a request, with everything its stages need. */
export interface Attempt extends Execution, Scope {
  readonly journal: Journal;
}

/** Begins an attempt. Throws {@link PgIndexError} if there is no table that supports the index. */
export async function beginAttempt(
  operation: Operation,
  { database: target, desired, previous: recorded, claim, hooks }: Request,
  journal: Journal,
): Promise<Attempt> {
  const { observer, builder, ctx } = operation;
  const warning = vanishingWarning(target.session.whenClientVanishes, builder.serverVersion);
  if (warning) ctx.log("warning", warning);
  const table = await requireTable(observer, desired);
  const database = await readDatabaseIdentity(observer);
  const previous = recorded && previousHere(recorded, database);
  if (recorded && !previous) ctx.log("warning", otherDatabaseWarning(recorded, database));
  const scope = { observer, desired, table, previous, claim, database };
  return { ...operation, ...scope, journal, hooks: journal.noting(desired, hooks) };
}

/** The place of the declared table. */
export function tablePlaceOf({ desired, table }: Pick<Scope, "desired" | "table">): TablePlace {
  return { schema: desired.schema, table: desired.table, oid: table.oid };
}
