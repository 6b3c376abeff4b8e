import { expect } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import type { DesiredIndex } from "../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { BASE, type Definition } from "./definition.ts";
import { proveImported } from "./imported.ts";
import { type Corpus, definitionByHand, indexesOf, tableState } from "./observe.ts";
import { printedArgs, restore } from "./printed.ts";

const NOTHING = [expect.any(String), expect.stringMatching(/^builds nothing: /)];

/**
 * The whole life of an index: everything that a stack does with it, and that nothing else is done.
 */
export async function prove(corpus: Corpus, definition: Definition): Promise<void> {
  const { args, respelled = [], altered, rebuilt, changed = withOtherPredicate(args) } = definition;
  const desired = await declareOn(args);
  const before = await tableState(corpus, desired);
  let outputs = await proveBuilt(corpus, definition, desired);
  for (const same of respelled) await proveAdopted(corpus, same);
  for (const same of await printedArgs(corpus, desired)) await proveAdopted(corpus, same);
  outputs = await proveRestored(corpus, definition, outputs);
  await proveImported(corpus, desired);
  if (altered) outputs = await proveChanged(corpus, altered, outputs, "altered");
  if (rebuilt) outputs = await proveChanged(corpus, rebuilt, outputs, "replaced");
  outputs = await proveChanged(corpus, changed, outputs, "replaced");
  await proveDropped(corpus, outputs);
  expect(await tableState(corpus, desired)).toEqual(before);
}

export function declareOn(args: Args): Promise<DesiredIndex> {
  return declare({ ...BASE, ...args });
}

function withOtherPredicate(args: Args): Args {
  const { predicate, ...rest } = args;
  return predicate === undefined ? { ...rest, predicate: "1 = 2" } : rest;
}

/** As Pulumi keeps it. */
function roundTrip(outputs: IndexOutputs): IndexOutputs {
  const kept: IndexOutputs = JSON.parse(JSON.stringify(outputs));
  expect(kept).toEqual(outputs);
  return kept;
}

async function proveBuilt(
  corpus: Corpus,
  { sql }: Definition,
  desired: DesiredIndex,
): Promise<IndexOutputs> {
  const target = targetOf(corpus.db.url);
  const previewed = await previewIndex(target, desired);
  expect(previewed).toContainEqual(expect.stringMatching(/^builds the index/));
  const built = await ensureIndex({ database: target, desired, ctx: record().ctx });
  expect(built).toMatchObject({ adopted: false, live: { valid: true, ready: true, live: true } });
  expect(built.live.definition).toBe(await definitionByHand(corpus, sql, desired));
  const outputs = roundTrip(toIndexOutputs(built, desired, []));
  expect(await previewIndex(target, desired, { previous: outputs })).toEqual(NOTHING);
  expect(await refreshIndex(target, outputs)).toEqual({ ...outputs, sizeBytes: SIZE });
  const again = await ensureIndex({
    database: target,
    desired,
    previous: outputs,
    ctx: record().ctx,
  });
  expect(toIndexOutputs(again, desired, [], outputs)).toEqual({ ...outputs, sizeBytes: SIZE });
  return outputs;
}

/** GIN's pending list may be flushed meanwhile. */
const SIZE = expect.any(Number);

/** Another spelling of the index that stands is taken for it, by a create too. */
async function proveAdopted(corpus: Corpus, args: Args): Promise<void> {
  const previewed = await previewIndex(targetOf(corpus.db.url), await declareOn(args));
  expect(previewed, JSON.stringify(args)).toEqual(NOTHING);
}

/**
 * What a dump and its restore make of an index is the same index still, and so is what they print
 * of that.
 */
async function proveRestored(
  corpus: Corpus,
  { args, respelled = [] }: Definition,
  outputs: IndexOutputs,
): Promise<IndexOutputs> {
  const desired = await declareOn(args);
  const target = targetOf(corpus.db.url);
  const restored = await restore(corpus, outputs);
  const printed = await printedArgs(corpus, desired);
  for (const same of [args, ...respelled, ...printed]) await proveAdopted(corpus, same);
  const ensured = await ensureIndex({
    database: target,
    desired,
    previous: outputs,
    ctx: record().ctx,
  });
  expect(ensured).toMatchObject({ adopted: true, live: { definition: restored } });
  const known = roundTrip(toIndexOutputs(ensured, desired, [], outputs));
  expect(await refreshIndex(target, known)).toEqual({ ...known, sizeBytes: SIZE });
  return known;
}

/**
 * Another index: never taken for the same, replaced or altered where it stands, nothing left over.
 */
async function proveChanged(
  corpus: Corpus,
  args: Args,
  outputs: IndexOutputs,
  how: "replaced" | "altered",
): Promise<IndexOutputs> {
  const target = targetOf(corpus.db.url);
  const desired = await declareOn(args);
  const ensured = await ensureIndex({
    database: target,
    desired,
    previous: outputs,
    ctx: record().ctx,
  });
  expect(ensured.live.oid === outputs.oid).toBe(how === "altered");
  expect(ensured.adopted).toBe(how === "altered");
  expect(await indexesOf(corpus, desired)).toEqual([{ name: desired.name, valid: true }]);
  const changed = roundTrip(toIndexOutputs(ensured, desired, [], outputs));
  expect(changed.canonical).not.toEqual(outputs.canonical);
  expect(await previewIndex(target, desired, { previous: changed })).toEqual(NOTHING);
  return changed;
}

async function proveDropped(corpus: Corpus, outputs: IndexOutputs): Promise<void> {
  await dropIndex(targetOf(corpus.db.url), outputs, record().ctx);
  expect(await indexesOf(corpus, outputs)).toEqual([]);
}
