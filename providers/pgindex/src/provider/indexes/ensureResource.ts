import { ensureIndex } from "../../engine/build/ensure";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { type Measured, measureQueries } from "../../engine/measure/measure";
import { type ParsedQuery, parseServedQueries } from "../../engine/measure/servedQueries";
import { type IndexOutputs, toIndexOutputs } from "../../engine/record/outputs";
import type { PreviousIndex } from "../../engine/situation/scope";
import { displayName } from "../../engine/text/render";
import { type IndexInputs, splitIndex } from "../inputs";
import type { Runtime } from "../runtime";
import { claimOf, newOwnerId } from "./claim";

/** Create and update: makes the index exist as declared and returns its outputs. */
export async function ensureResource(
  runtime: Runtime,
  inputs: IndexInputs,
  olds?: IndexOutputs,
): Promise<IndexOutputs> {
  const { hidden, declared } = splitIndex(inputs);
  const { serves, validateInPreview: _, statement: __, ...args } = declared;
  const desired = required(await parseIndexArgs(args));
  const queries = required(await parseServedQueries("serves", serves ?? []));
  const ctx = runtime.context(hidden.__urn);
  let before: readonly Measured[] = [];
  const beforeBuild = async () => {
    before = await measureBefore(runtime, desired, queries, ctx);
  };
  await runtime.inventory();
  const previous = olds && (await recordedIndex(runtime, olds, desired));
  const claim = claimOf(runtime, hidden.__urn, desired, { ...olds, ownerId: ownerIdOf(olds) });
  const hooks = queries.length > 0 ? { beforeBuild } : {};
  const foreseen = runtime.looks.of(hidden.__urn)?.foreseen;
  const database = runtime.database();
  const request = { database, desired, previous, claim, foreseen, ctx, hooks };
  const ensured = await runtime.run(() => ensureIndex(request));
  const outputs = toIndexOutputs(ensured, desired, before, olds);
  const { __urn, __secret } = hidden;
  return { ...outputs, __urn, ...(__secret && { __secret }) };
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

function ownerIdOf(olds: IndexOutputs | undefined): string {
  return olds?.ownerId ?? newOwnerId();
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
