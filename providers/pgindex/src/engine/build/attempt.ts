import { observe } from "../catalog/indexes";
import { buildSettingsOf } from "../operation/buildSession";
import { assertMayGoOn } from "../operation/context";
import type { Operation, TablePlace } from "../operation/operation";
import { readDatabaseIdentity } from "../session/databaseIdentity";
import { vanishingWarning } from "../session/settings/vanishingClient";
import { type Declared, declaredForm } from "../situation/declaredForm";
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
  if (recorded?.database && !previous)
    ctx.log("warning", otherDatabaseWarning(recorded.database, database));
  const scope = { observer, desired, table, previous, claim, database };
  const buildSettings = buildSettingsOf(target, desired);
  return { ...operation, ...scope, buildSettings, journal, hooks: journal.noting(desired, hooks) };
}

/** The place of the declared table. */
export function tablePlaceOf({ desired, table }: Pick<Scope, "desired" | "table">): TablePlace {
  return { schema: desired.schema, table: desired.table, oid: table.oid };
}

/**
 * Reads the declaration's canonical form. Waits for a session that holds ACCESS EXCLUSIVE on the
 * table visibly, in `untilReadable`, instead of inside one of our statements.
 */
export async function awaitDeclaredForm(
  { observer, desired, ctx }: Attempt,
  untilReadable: () => Promise<void>,
): Promise<Declared> {
  for (;;) {
    assertMayGoOn(ctx);
    await untilReadable();
    const declared = await declaredForm(observer, desired);
    if (declared.kind !== "cannotVerify" || declared.obstacle !== "locked") return declared;
  }
}

/**
 * If the server could not provide the canonical form before (no TEMPORARY privilege), uses the form
 * that our own statement built.
 */
export async function builtForm(
  { observer, journal: { building } }: Attempt,
  declared: Declared,
): Promise<Declared> {
  if (declared.kind === "ok" || !building) return declared;
  const observed = await observe(observer, building);
  if (observed.kind !== "index" || !observed.index.valid) return declared;
  return { kind: "ok", canonical: observed.index.canonical };
}
