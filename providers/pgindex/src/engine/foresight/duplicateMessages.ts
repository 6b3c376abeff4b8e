import { type DesiredIndex, subject } from "../declare/desiredIndex";
import { type Hazard, hazard } from "../hazards/hazard";
import { ident, qualified } from "../text/sql";

/** All messages about the rows that a unique index would reject. */

/**
 * The query that lists the duplicates that prevent a unique index.
 *
 * @example
 * // SELECT "email", count(*) FROM "public"."users" GROUP BY "email" HAVING count(*) > 1;
 */
export function duplicatesQuery(desired: DesiredIndex): string {
  const keys = desired.keys.map((key) =>
    key.column === undefined ? `(${key.expression})` : ident(key.column),
  );
  const where = desired.predicate === undefined ? "" : ` WHERE ${desired.predicate}`;
  const list = keys.join(", ");
  const from = qualified(desired.schema, desired.table);
  return `SELECT ${list}, count(*) FROM ${from}${where} GROUP BY ${list} HAVING count(*) > 1;`;
}

const objectOf = ({ schema, table }: DesiredIndex) => `${schema}.${table}`;

/** Rows with equal keys: the build would fail at its end. */
export function duplicatesHazard(
  desired: DesiredIndex,
  { keys, rows }: { readonly keys: number; readonly rows: number },
): Hazard {
  const count = (n: number) => n.toLocaleString("en-US");
  const what = desired.constraint === "primaryKey" ? "primary key" : "unique";
  const stand = keys === 1 ? "key stands" : "keys stand";
  return hazard("duplicates", {
    object: objectOf(desired),
    message:
      `cannot build the ${what} ${subject(desired)}: ` +
      `${count(keys)} ${stand} in more than one row (${count(rows)} rows in all)`,
    cause: "the build would fail at its end (SQLSTATE 23505)",
    fix: `remove the duplicates, then run pulumi up; to list them: ${duplicatesQuery(desired)}`,
  });
}

/** The server's message can quote the row, so it is not shown. */
export function failingRowHazard(desired: DesiredIndex, state: string): Hazard {
  return hazard("failing-row", {
    object: objectOf(desired),
    message:
      `cannot build ${subject(desired)}: ` +
      `its expression or predicate fails for a row (SQLSTATE ${state})`,
    fix: `see which row and why: ${duplicatesQuery(desired)}`,
  });
}

/** What a preview says where it has not looked for duplicates. */
export function notLookedHazard(desired: DesiredIndex, why: string): Hazard {
  return hazard("duplicates-unknown", {
    object: objectOf(desired),
    message: `duplicates, which would end the build, were not looked for: ${why}`,
    fix: `to look yourself: ${duplicatesQuery(desired)}`,
  });
}

export function mayNotReadText({ schema, table }: DesiredIndex, role: string): string {
  const grant = `GRANT SELECT ON ${qualified(schema, table)} TO ${ident(role)};`;
  return `the role ${role} may not read the table (${grant})`;
}

export const ROWS_HIDDEN = "row level security hides rows of the table from this role";
