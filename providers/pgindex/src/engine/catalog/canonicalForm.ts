import type { CanonicalIndex } from "./indexFields";

/** What the catalog says of a definition. */
export interface CanonicalRow {
  readonly accessMethod: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly keys: readonly KeyRow[];
  readonly include: readonly string[];
  readonly predicate: string | null;
  /** `pg_class.reloptions` */
  readonly storageParameters: readonly string[];
  readonly tablespace: string;
  readonly comment: string | null;
  /** `pg_constraint.contype` of the constraint that it backs. */
  readonly constraintType: string | null;
}

interface KeyRow {
  readonly definition: string;
  readonly operatorClass: string;
  /** `pg_attribute.attoptions` */
  readonly parameters: readonly string[] | null;
  readonly collation: string | null;
  /** `pg_index.indoption` */
  readonly option: number;
  /** `pg_attribute.attstattarget`; null or -1 is the default. */
  readonly statistics: number | null;
}

/** https://www.postgresql.org/docs/current/catalog-pg-constraint.html */
const CONSTRAINT_TYPES: Readonly<Record<string, string>> = {
  p: "primaryKey",
  u: "unique",
  x: "exclusion",
};

/** The canonical form of a definition. Pure. */
export function toCanonical(row: CanonicalRow): CanonicalIndex {
  const fields = {
    accessMethod: row.accessMethod,
    unique: row.unique ? "true" : "",
    nullsNotDistinct: row.nullsNotDistinct ? "true" : "",
    columns: row.keys.map(renderKey).join(", "),
    include: row.include.join(", "),
    predicate: row.predicate ?? "",
    storageParameters: renderParameters(row.storageParameters),
    tablespace: row.tablespace,
    statistics: renderStatistics(row.keys.map((key) => key.statistics)),
    comment: row.comment ?? "",
    constraint: CONSTRAINT_TYPES[row.constraintType ?? ""] ?? "",
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

/** `2=500`: statistics targets by column number, where they are not the default. */
export function renderStatistics(targets: readonly (number | null | undefined)[]): string {
  return targets
    .map((target, i) =>
      target === null || target === undefined || target < 0 ? "" : `${i + 1}=${target}`,
    )
    .filter(Boolean)
    .join(", ");
}

/** Bits of `pg_index.indoption` (INDOPTION_DESC, INDOPTION_NULLS_FIRST in PostgreSQL's source). */
const OPTION_DESC = 1;
const OPTION_NULLS_FIRST = 2;

/** Every part of a key that makes a difference: two keys are the same exactly when this text is. */
function renderKey(key: KeyRow): string {
  const collation = key.collation ? ` COLLATE ${key.collation}` : "";
  const parameters = key.parameters?.length ? ` (${renderParameters(key.parameters)})` : "";
  const isDescending = (key.option & OPTION_DESC) !== 0;
  const isNullsFirst = (key.option & OPTION_NULLS_FIRST) !== 0;
  const order = isDescending ? " DESC" : "";
  const nulls = isNullsFirst === isDescending ? "" : ` NULLS ${isNullsFirst ? "FIRST" : "LAST"}`;
  return `${key.definition}${collation} ${key.operatorClass}${parameters}${order}${nulls}`;
}

/**
 * Parameters are a set: the catalog keeps the order and the spelling in which they were written.
 */
function renderParameters(options: readonly string[]): string {
  return options.map(renderParameter).sort().join(", ");
}

function renderParameter(option: string): string {
  const at = option.indexOf("=");
  return `${option.slice(0, at)}=${canonicalValue(option.slice(at + 1))}`;
}

/** A boolean may be written on, true or yes. */
function canonicalValue(value: string): string {
  if (/^(on|true|yes)$/i.test(value)) return "on";
  if (/^(off|false|no)$/i.test(value)) return "off";
  return value.toLowerCase();
}
