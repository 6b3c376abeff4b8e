import { type Parameters, parametersOf } from "../catalog/storageParameters";
import type { CanonicalIndex } from "../declare/indexFields";
import { type RecordedForm, readRecorded } from "./recordedForm";

/** How an access method applies a new value of its storage parameters. */
interface Applied {
  /** Those that it reads whenever it writes: a new value applies from now on. */
  readonly whenWritten: readonly string[];
  /** The defaults of the others, which it reads while it builds, and never again. */
  readonly whenBuilt: Parameters;
}

/** By access method, from PostgreSQL's source and pgvector's. */
const APPLIED: Readonly<Record<string, Applied>> = {
  // Each page split asks for them: nbtsplitloc.c, nbtinsert.c; VACUUM asked for the last one
  // (nbtree.c, gone in PostgreSQL 14).
  btree: {
    whenWritten: ["fillfactor", "deduplicate_items", "vacuum_cleanup_index_scale_factor"],
    whenBuilt: {},
  },
  // _hash_init in hashpage.c turns it into hashm_ffactor of the metapage, which decides from then on
  // when a bucket is split.
  hash: { whenWritten: [], whenBuilt: { fillfactor: "75" } },
  // gistbuild.c; gistinsert in gist.c leaves no space free. Buffering decides the shape of the tree.
  gist: { whenWritten: [], whenBuilt: { fillfactor: "90", buffering: "auto" } },
  // SpGistGetBuffer in spgutils.c, for each page that it fills.
  spgist: { whenWritten: ["fillfactor"], whenBuilt: {} },
  // gininsert and ginHeapTupleFastInsert.
  gin: { whenWritten: ["fastupdate", "gin_pending_list_limit"], whenBuilt: {} },
  // brinbuild in brin.c writes it to the metapage, where brin_revmap.c reads it.
  brin: { whenWritten: ["autosummarize"], whenBuilt: { pages_per_range: "128" } },
  // BloomFillMetapage in contrib/bloom/blutils.c copies all of them to the metapage.
  bloom: { whenWritten: [], whenBuilt: { length: "80" } },
  // CreateMetaPage in pgvector's hnswbuild.c keeps m; ef_construction decided the graph.
  hnsw: { whenWritten: [], whenBuilt: { m: "16", ef_construction: "64" } },
  // CreateMetaPage in pgvector's ivfbuild.c; the lists are the pages of the index.
  ivfflat: { whenWritten: [], whenBuilt: { lists: "100" } },
};

/** An access method that we do not know applies nothing to what it has built. */
const UNKNOWN: Applied = { whenWritten: [], whenBuilt: {} };

/**
 * The storage parameters that differ and that only a rebuild applies: ALTER INDEX SET records a new
 * value of them, and the index stays as it was built.
 *
 * @example
 * onlyBuildApplies("brin", { pages_per_range: "16", autosummarize: "on" }, {})
 * // ["pages_per_range"]
 */
export function onlyBuildApplies(
  accessMethod: string | undefined,
  one: Parameters = {},
  other: Parameters = {},
): string[] {
  const { whenWritten, whenBuilt } = APPLIED[accessMethod ?? ""] ?? UNKNOWN;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  const value = (parameters: Parameters, name: string) => parameters[name] ?? whenBuilt[name];
  return [...names].filter(
    (name) => !whenWritten.includes(name) && value(one, name) !== value(other, name),
  );
}

/** The reason that a plan and a preview give. */
export function buildReason(parameters: readonly string[]): string | undefined {
  if (parameters.length === 0) return undefined;
  return `only a rebuild applies the new value of ${parameters.join(", ")}`;
}

/** What is known of the parameters that an index was last built with. */
export interface LastParameters {
  /** As the last finished run recorded it. */
  readonly canonical?: RecordedForm;
  /** As they were declared, where only that is known: in a preview. */
  readonly storageParameters?: Parameters;
}

/**
 * Why a live index must be rebuilt although its parameters read as declared: a run that was
 * interrupted after ALTER INDEX SET has not rebuilt it, and the catalog does not tell.
 */
export function unappliedReason(live: CanonicalIndex, last: LastParameters): string | undefined {
  const { canonical, storageParameters } = last;
  if (!canonical && !storageParameters) return undefined;
  const built = canonical
    ? readRecorded(canonical, live).storageParameters
    : parametersOf(Object.entries(storageParameters ?? {}).map((entry) => entry.join("=")));
  return buildReason(onlyBuildApplies(live.accessMethod, built, live.storageParameters));
}
