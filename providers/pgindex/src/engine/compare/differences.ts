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

/** One field in which two definitions differ; a side without a value is absent. */
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
  /** The name belongs to a relation that is not an index. */
  | { readonly kind: "otherRelation"; readonly relationKind: string }
  | { readonly kind: "otherTable"; readonly live: LiveIndex }
  /** `indislive` is false: a DROP INDEX CONCURRENTLY reached its last step. */
  | { readonly kind: "dropping"; readonly live: LiveIndex }
  /** Not valid. Without `differences`, it would be the declared index. */
  | {
      readonly kind: "invalid";
      readonly live: LiveIndex;
      readonly differences: readonly Difference[];
    }
  | {
      /** `alterable`: every difference can be changed on the existing index. */
      readonly kind: "different" | "alterable";
      readonly live: LiveIndex;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: "same"; readonly live: LiveIndex };

/** Compares a declaration, in the server's canonical form, with what was observed. Pure. */
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

/** The differences of two canonical forms; empty if they are the same index. */
export function differencesOf(declared: CanonicalIndex, live: CanonicalIndex): Difference[] {
  return FIELD_NAMES.filter((field) => isManaged(field, declared)).flatMap((field) => {
    const [ours, its] = [fieldValue(declared, field), fieldValue(live, field)];
    if (isDeepStrictEqual(ours, its)) return [];
    return [{ field, declared: ours, live: its } as Difference];
  });
}

/** An empty value in a recorded form means "declared as none", so it equals an absent one. */
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
 * The fields of a live form that a declaration manages, for a refresh to compare with. A field that
 * is declared as none is managed too.
 */
export function managedPart(live: CanonicalIndex, declared: CanonicalIndex): CanonicalIndex {
  const managed = FIELD_NAMES.filter((field) => isManaged(field, declared));
  const values = managed.map((field) => [field, live[field] ?? noneOf(field, declared)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** The empty value of a field; undefined if the field is always managed and can be left out. */
function noneOf(field: IndexField, declared: CanonicalIndex): "" | object | undefined {
  if (INDEX_FIELDS[field].managed === "always") return undefined;
  return typeof declared[field] === "object" ? {} : "";
}

/** Whether every difference can be changed on the existing index. */
export function isAlterable(differences: readonly Difference[]): boolean {
  return differences.every(({ field, live }) => {
    // A constraint can be added to an index, but not replaced by one of another kind.
    if (field === "constraint") return live === undefined;
    return INDEX_FIELDS[field].change !== "replace";
  });
}

/** Whether every difference can be changed on an index of a partitioned table. */
export function isAlterableOnPartitions(differences: readonly Difference[]): boolean {
  return (
    isAlterable(differences) &&
    differences.every(({ field }) => INDEX_FIELDS[field].changesOnPartitions)
  );
}

/** Whether the index that stands has what only a constraint gives to its index. */
export function isOfConstraint(differences: readonly Difference[]): boolean {
  return differences.some(({ field }) => field === "deferrable" || field === "exclusion");
}

/** Renders `columns: declared …, found …`, separated by semicolons. */
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
