import type { CanonicalIndex, FieldValues, IndexField } from "../declare/indexFields";
import { splitComment } from "../declare/ownershipMark";
import { type Parameters, parametersOf, renderParameters } from "./storageParameters";

/** An index definition as read from the catalog. */
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
  /** With our mark. */
  readonly comment: string | null;
  /** `pg_constraint.contype` of the constraint that the index backs. */
  readonly constraintType: string | null;
  readonly deferrable: boolean;
  readonly exclusion: boolean;
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

/** Turns a catalog row into the canonical form. Pure. */
export function toCanonical(row: CanonicalRow): CanonicalIndex {
  const fields: { readonly [F in IndexField]: FieldValues[F] | undefined } = {
    accessMethod: row.accessMethod,
    unique: row.unique ? "true" : undefined,
    nullsNotDistinct: row.nullsNotDistinct ? "true" : undefined,
    columns: row.keys.map(renderKey).join(", "),
    include: row.include.join(", ") || undefined,
    predicate: row.predicate ?? undefined,
    storageParameters: undefinedIfEmpty(parametersOf(row.storageParameters)),
    tablespace: row.tablespace,
    statistics: undefinedIfEmpty(statisticsOf(row.keys.map((key) => key.statistics))),
    comment: splitComment(row.comment).comment || undefined,
    constraint: CONSTRAINT_TYPES[row.constraintType ?? ""],
    deferrable: row.deferrable ? "true" : undefined,
    exclusion: row.exclusion ? "true" : undefined,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Treats an empty record as no value, which keeps the state small. */
function undefinedIfEmpty<T extends object>(record: T): T | undefined {
  return Object.keys(record).length > 0 ? record : undefined;
}

/**
 * Statistics targets by column number; defaults are left out.
 *
 * @example statisticsOf([null, 500]) // { "2": 500 }
 */
export function statisticsOf(
  targets: readonly (number | null | undefined)[],
): FieldValues["statistics"] {
  const entries = targets.map((target, i) => [String(i + 1), target ?? -1] as const);
  return Object.fromEntries(entries.filter(([, target]) => target >= 0));
}

/** Bits of `pg_index.indoption` (INDOPTION_DESC, INDOPTION_NULLS_FIRST in PostgreSQL's source). */
const OPTION_DESC = 1;
const OPTION_NULLS_FIRST = 2;

/** Renders every significant part of a key: keys are the same if and only if their texts are. */
function renderKey(key: KeyRow): string {
  const collation = key.collation ? ` COLLATE ${key.collation}` : "";
  const parameters: Parameters = parametersOf(key.parameters ?? []);
  const list = key.parameters?.length ? ` (${renderParameters(parameters)})` : "";
  const isDescending = (key.option & OPTION_DESC) !== 0;
  const isNullsFirst = (key.option & OPTION_NULLS_FIRST) !== 0;
  const order = isDescending ? " DESC" : "";
  const nulls = isNullsFirst === isDescending ? "" : ` NULLS ${isNullsFirst ? "FIRST" : "LAST"}`;
  return `${key.definition}${collation} ${key.operatorClass}${list}${order}${nulls}`;
}
