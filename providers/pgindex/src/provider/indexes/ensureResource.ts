import { ensureIndex } from "../../engine/build/ensure";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { type Measured, measureQueries } from "../../engine/measure/measure";
import { type ParsedQuery, parseServedQueries } from "../../engine/measure/servedQueries";
import { type IndexOutputs, toIndexOutputs } from "../../engine/record/outputs";
import type { PreviousIndex } from "../../engine/situation/scope";
import { displayName } from "../../engine/text/render";
import type { Call } from "../contract";
import type { IndexInputs } from "../inputs";
import type { Runtime } from "../runtime";
import { claimOf, newOwnerId } from "./claim";

/** Create and update: makes the index exist as declared and returns its outputs. */
export async function ensureResource(
  runtime: Runtime,
  call: Call,
  inputs: IndexInputs,
  olds?: IndexOutputs,
): Promise<IndexOutputs> {
  const { serves, validateInPreview: _, statement: __, ...args } = inputs;
  const { withinSeconds } = call;
  const limit = withinSeconds ? { buildWithin: `${withinSeconds}s` } : {};
  const desired = required(await parseIndexArgs({ ...limit, ...args }));
  const queries = required(await parseServedQueries(serves ?? []));
  const ctx = runtime.context(call.urn);
  let before: readonly Measured[] = [];
  const beforeBuild = async () => {
    before = await measureBefore(runtime, desired, queries, ctx);
  };
  await runtime.inventory();
  const previous = olds && (await recordedIndex(runtime, olds, desired));
  const claim = claimOf(runtime, call, desired, olds?.ownerId ?? newOwnerId());
  const hooks = queries.length > 0 ? { beforeBuild } : {};
  runtime.looks.requireAllowed(call.urn);
  runtime.review.begin(call.urn);
  const look = runtime.looks.of(call.urn);
  const foreseen = look?.foreseen ?? runtime.review.foreseen(call.urn);
  const tableBytes = look?.facts?.table.sizeBytes;
  const database = runtime.database();
  const adoptable = olds ? undefined : look?.adoptable;
  if (!adoptable) runtime.looks.noteBuild();
  const seen = { foreseen, tableBytes, adoptable };
  const request = { database, desired, previous, claim, ...seen, ctx, hooks };
  const ensured = await runtime.run(() => ensureIndex(request));
  return toIndexOutputs(ensured, desired, before, olds);
}

/** The resource's index as the state has it, and what this run has seen under its name. */
export async function recordedIndex(
  runtime: Runtime,
  olds: IndexOutputs,
  desired: DesiredIndex,
): Promise<PreviousIndex> {
  const inventory = await runtime.inventory();
  // What somebody built anew under the resource's own name, the preview has shown.
  const isOwnName = olds.name === desired.name && olds.schema === desired.schema;
  const seenOid = isOwnName ? inventory?.indexes.get(displayName(olds))?.oid : undefined;
  return { ...olds, seenOid };
}

async function measureBefore(
  runtime: Runtime,
  desired: DesiredIndex,
  queries: readonly ParsedQuery[],
  ctx: ReturnType<Runtime["context"]>,
): Promise<readonly Measured[]> {
  const { searchPath } = desired;
  return measureQueries({ database: runtime.database(), index: desired, queries, searchPath, ctx });
}

/** Check has already validated the inputs, so a problem here is our bug. */
function required<T>(parsed: { readonly kind: string; readonly value?: T }): T {
  if (parsed.kind !== "ok" || parsed.value === undefined)
    throw new Error("the inputs were not checked");
  return parsed.value;
}
