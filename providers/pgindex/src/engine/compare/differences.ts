import { isDeepStrictEqual } from "node:util";
import type { LiveIndex, Observation } from "../catalog/liveIndex";
import { renderParameters } from "../catalog/storageParameters";
import type { IndexDefinition } from "../declare/desiredIndex";
import {
  type CanonicalIndex,
  FIELD_NAMES,
  type FieldValues,
  INDEX_FIELDS,
  type IndexField,
} from "../declare/indexFields";

/** One thing in which two definitions differ; what has no value is absent. */
export type Difference = {
  readonly [F in IndexField]: {
    readonly field: F;
    readonly declared?: FieldValues[F];
    readonly live?: FieldValues[F];
  };
}[IndexField];

/** What the live state means for a declaration. */
export type Verdict =
  | { readonly kind: "absent" }
  /** The name belongs to something that is not an index. */
  | { readonly kind: "otherRelation"; readonly relationKind: string }
  | { readonly kind: "otherTable"; readonly live: LiveIndex }
  /** `indislive` is false: a DROP INDEX CONCURRENTLY got as far as its last step. */
  | { readonly kind: "dropping"; readonly live: LiveIndex }
  /** Not valid. `differences` says whether it would be the declared index. */
  | {
      readonly kind: "invalid";
      readonly live: LiveIndex;
      readonly differences: readonly Difference[];
    }
  | {
      /** `alterable`: only in what can be changed on the standing index. */
      readonly kind: "different" | "alterable";
      readonly live: LiveIndex;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: "same"; readonly live: LiveIndex };

/** Compares a declaration, given in the server's canonical form, with what was observed. Pure. */
export function compare(
  desired: Pick<IndexDefinition, "table">,
  declared: CanonicalIndex,
  observed: Observation,
): Verdict {
  if (observed.kind !== "index") return observed;
  const live = observed.index;
  if (live.table !== desired.table) return { kind: "otherTable", live };
  if (!live.live) return { kind: "dropping", live };
  const differences = differencesOf(declared, live.canonical);
  if (!live.valid || !live.ready) return { kind: "invalid", live, differences };
  if (differences.length === 0) return { kind: "same", live };
  return { kind: isAlterable(differences) ? "alterable" : "different", live, differences };
}

/** In what two canonical forms differ; none means that they are the same index. */
export function differencesOf(declared: CanonicalIndex, live: CanonicalIndex): Difference[] {
  return FIELD_NAMES.filter((field) => isManaged(field, declared)).flatMap((field) => {
    const [ours, its] = [fieldValue(declared, field), fieldValue(live, field)];
    if (isDeepStrictEqual(ours, its)) return [];
    return [{ field, declared: ours, live: its } as Difference];
  });
}

/** That a declaration has none of something is a value too: it is what a refresh compares with. */
function fieldValue<F extends IndexField>(
  form: CanonicalIndex,
  field: F,
): FieldValues[F] | undefined {
  const value = form[field];
  const isNone = value === "" || (typeof value === "object" && Object.keys(value).length === 0);
  return isNone ? undefined : value;
}

function isManaged(field: IndexField, declared: CanonicalIndex): boolean {
  return field in declared || INDEX_FIELDS[field].managed === "always";
}

/**
 * The part of a live form that a declaration manages: what a refresh compares with. That it
 * declares none of something is managed too.
 */
export function managedPart(live: CanonicalIndex, declared: CanonicalIndex): CanonicalIndex {
  const managed = FIELD_NAMES.filter((field) => isManaged(field, declared));
  const values = managed.map((field) => [field, live[field] ?? noneOf(field, declared)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** What is always managed may be left out. */
function noneOf(field: IndexField, declared: CanonicalIndex): "" | object | undefined {
  if (INDEX_FIELDS[field].managed === "always") return undefined;
  return typeof declared[field] === "object" ? {} : "";
}

/** Whether every difference can be changed on the standing index. */
export function isAlterable(differences: readonly Difference[]): boolean {
  return differences.every(({ field, live }) => {
    // A constraint can be added to an index, but not exchanged for one of another kind.
    if (field === "constraint") return live === undefined;
    return INDEX_FIELDS[field].change !== "replace";
  });
}

/** Whether an index on a partitioned table takes every difference. */
export function isAlterableOnPartitions(differences: readonly Difference[]): boolean {
  return (
    isAlterable(differences) &&
    differences.every(({ field }) => INDEX_FIELDS[field].changesOnPartitions)
  );
}

/** `columns: declared (…), found (…)`, separated by semicolons. */
export function renderDifferences(differences: readonly Difference[]): string {
  return differences
    .map(({ field, declared, live }) => {
      return `${field}: declared ${renderValue(declared)}, found ${renderValue(live)}`;
    })
    .join("; ");
}

function renderValue(value: FieldValues[IndexField] | undefined): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return value;
  const texts = Object.entries(value).map(([name, each]) => [name, String(each)]);
  return renderParameters(Object.fromEntries(texts));
}
