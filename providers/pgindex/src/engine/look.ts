import { observe, readPrivileges, readTable } from "./catalog";
import { type Canonicalized, canonicalize } from "./clone";
import { compare, type Verdict } from "./compare";
import {
  declarationAdvice,
  missingTableAdvice,
  privilegeAdvice,
  unsupportedRelationAdvice,
} from "./messages";
import type { DesiredIndex, LiveTable, Observation } from "./model";
import { cannotVerifyAdvice, type Login } from "./obstacleMessages";
import { PgIndexError } from "./problems";
import type { Session } from "./session";

/** The declaration as far as the server could be asked about it. */
export type Declared = Exclude<Canonicalized, { kind: "refused" }>;

/** The table, or advice: it is missing, or of a kind that takes no concurrent build. */
export async function requireTable(observer: Session, desired: DesiredIndex): Promise<LiveTable> {
  const table = await readTable(observer, desired);
  if (!table) throw new PgIndexError(missingTableAdvice(desired));
  if (table.kind !== "table" && table.kind !== "materialized view") {
    throw new PgIndexError(unsupportedRelationAdvice(desired, table.kind));
  }
  return table;
}

export async function requirePrivileges(
  observer: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<void> {
  const has = await readPrivileges(observer, table.oid);
  if (has.ownsTable && has.createsInSchema) return;
  throw new PgIndexError(privilegeAdvice(desired, has.role, has.owner, has.ownsTable));
}

/** The declaration in the server's own form, if the server lets us ask. */
export async function declaredForm(observer: Session, desired: DesiredIndex): Promise<Declared> {
  const form = await canonicalize(observer, desired);
  if (form.kind !== "refused") return form;
  throw new PgIndexError(declarationAdvice(desired, form.error), {
    cause: form.error,
  });
}

/** Observes and compares. What cannot be compared is only acceptable where there is nothing to compare with. */
export async function look(
  observer: Session,
  desired: DesiredIndex,
  declared: Declared,
): Promise<Verdict> {
  const observed: Observation = await observe(observer, desired);
  if (declared.kind === "ok") return compare(desired, declared.canonical, observed);
  if (observed.kind !== "index") return observed;
  const [login] = await observer.query<Login>(
    "SELECT current_user AS role, current_database() AS database",
  );
  if (!login) throw new Error("the server did not tell who is connected to what");
  throw new PgIndexError(cannotVerifyAdvice(desired, declared.obstacle, login));
}
