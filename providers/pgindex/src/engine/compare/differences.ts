import {
  ALTERABLE_FIELDS,
  type CanonicalIndex,
  type IndexField,
  MANAGED_WHEN_DECLARED,
  STRUCTURAL_FIELDS,
} from "../catalog/indexFields";
import type { LiveIndex, Observation } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";

/** One thing in which two definitions differ. */
export interface Difference {
  readonly field: IndexField;
  readonly declared: string;
  readonly live: string;
}

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
  desired: Pick<DesiredIndex, "table">,
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
  return [...STRUCTURAL_FIELDS, ...ALTERABLE_FIELDS]
    .filter((field) => field in declared || !MANAGED_WHEN_DECLARED.has(field))
    .map((field) => ({ field, declared: declared[field] ?? "", live: live[field] ?? "" }))
    .filter((difference) => difference.declared !== difference.live);
}

/**
 * The part of a live form that a declaration manages: what a refresh compares with. That it
 * declares none of something is managed too.
 */
export function managedPart(live: CanonicalIndex, declared: CanonicalIndex): CanonicalIndex {
  const present = Object.entries(live).filter(
    ([field]) => field in declared || !MANAGED_WHEN_DECLARED.has(field),
  );
  const none = [...MANAGED_WHEN_DECLARED]
    .filter((field) => field in declared && !(field in live))
    .map((field) => [field, ""]);
  return Object.fromEntries([...present, ...none]);
}

/** Whether every difference can be changed on the standing index. */
export function isAlterable(differences: readonly Difference[]): boolean {
  const alterable: readonly string[] = ALTERABLE_FIELDS;
  // A constraint can be added to an index, but not exchanged for one of another kind.
  return differences.every(
    ({ field, live }) => alterable.includes(field) && !(field === "constraint" && live !== ""),
  );
}

/** `columns: declared (…), found (…)`, one line a difference. */
export function renderDifferences(differences: readonly Difference[]): string {
  return differences
    .map((d) => `${d.field}: declared ${d.declared || "none"}, found ${d.live || "none"}`)
    .join("; ");
}

/** Storage parameters and tablespace of a partitioned index cannot be altered. */
export function isAlterableOnPartitions(differences: readonly Difference[]): boolean {
  const fixed = ["storageParameters", "tablespace"];
  return isAlterable(differences) && differences.every(({ field }) => !fixed.includes(field));
}
