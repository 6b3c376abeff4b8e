import {
  type CanonicalIndex,
  type DesiredIndex,
  INDEX_FIELDS,
  type LiveIndex,
  type Observation,
} from "./model";

/** One thing in which two definitions differ. */
export interface Difference {
  readonly field: string;
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
      readonly kind: "different";
      readonly live: LiveIndex;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: "same"; readonly live: LiveIndex };

/** Compares a declaration, given in the server's canonical form, with what was observed. Pure. */
export function compare(
  desired: Pick<DesiredIndex, "table" | "tablespace">,
  declared: CanonicalIndex,
  observed: Observation,
): Verdict {
  if (observed.kind !== "index") return observed;
  const live = observed.index;
  if (live.table !== desired.table) return { kind: "otherTable", live };
  if (!live.live) return { kind: "dropping", live };
  const differences = differencesOf(declared, live.canonical, desired.tablespace !== undefined);
  if (!live.valid || !live.ready) return { kind: "invalid", live, differences };
  return differences.length > 0 ? { kind: "different", live, differences } : { kind: "same", live };
}

/** In what two canonical forms differ; none means that they are the same index. */
export function differencesOf(
  declared: CanonicalIndex,
  live: CanonicalIndex,
  withTablespace: boolean,
): Difference[] {
  return INDEX_FIELDS.filter((field) => withTablespace || field !== "tablespace")
    .map((field) => ({ field, declared: declared[field] ?? "", live: live[field] ?? "" }))
    .filter((difference) => difference.declared !== difference.live);
}

/** `columns: declared (…), found (…)`, one line a difference. */
export function renderDifferences(differences: readonly Difference[]): string {
  return differences
    .map((d) => `${d.field}: declared ${d.declared || "none"}, found ${d.live || "none"}`)
    .join("; ");
}
