import { expect } from "vitest";
import { dropIndex } from "../../providers/pgindex/src/engine/drop.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/ensure.ts";
import type { DesiredIndex } from "../../providers/pgindex/src/engine/model.ts";
import { type IndexOutputs, toIndexOutputs } from "../../providers/pgindex/src/engine/outputs.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/preview.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/refresh.ts";
import { createIndexStatement } from "../../providers/pgindex/src/engine/statement.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine.ts";
import { BASE, type Definition } from "./definition.ts";
import { type Corpus, definitionByHand, indexesOf, tableState } from "./observe.ts";

const NOTHING = [expect.any(String), expect.stringMatching(/^builds nothing: /)];

/** The whole life of an index: everything that a stack does with it, and that nothing else is done. */
export async function prove(corpus: Corpus, definition: Definition): Promise<void> {
  const desired = await declareOn(definition.args);
  const before = await tableState(corpus, desired);
  let outputs = await proveBuilt(corpus, definition, desired);
  for (const args of definition.respelled ?? []) await proveSame(corpus, args, outputs);
  if (definition.altered)
    outputs = await proveChanged(corpus, definition.altered, outputs, "altered");
  const changed = definition.changed ?? withOtherPredicate(definition.args);
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
  definition: Definition,
  desired: DesiredIndex,
): Promise<IndexOutputs> {
  const target = targetOf(corpus.db.url);
  expect(await previewIndex(target, desired)).toContainEqual(
    expect.stringMatching(/^builds the index/),
  );
  const built = await ensureIndex({ target, desired, ctx: record().ctx });
  expect(built).toMatchObject({ adopted: false, live: { valid: true, ready: true, live: true } });
  expect(built.live.definition).toBe(await definitionByHand(corpus, definition.sql, desired));
  const outputs = roundTrip(toIndexOutputs(built, createIndexStatement(desired), []));
  await proveSame(corpus, definition.args, outputs);
  return outputs;
}

/** Nothing is to be done, and nothing is done: by preview, refresh, update, and by adoption. */
async function proveSame(corpus: Corpus, args: Args, outputs: IndexOutputs): Promise<void> {
  const target = targetOf(corpus.db.url);
  const desired = await declareOn(args);
  const why = JSON.stringify(args);
  expect(await previewIndex(target, desired, outputs), why).toEqual(NOTHING);
  expect(await previewIndex(target, desired), why).toEqual(NOTHING);
  const ensured = await ensureIndex({ target, desired, previous: outputs, ctx: record().ctx });
  expect(ensured, why).toMatchObject({ adopted: true, live: { oid: outputs.oid } });
  const again = roundTrip(toIndexOutputs(ensured, outputs.statement, [], outputs));
  expect({ ...again, sizeBytes: 0 }, why).toEqual({ ...outputs, sizeBytes: 0 });
  const refreshed = await refreshIndex(target, outputs);
  expect({ ...refreshed, sizeBytes: 0 }, why).toEqual({ ...outputs, sizeBytes: 0 });
}

/** Another index: never taken for the same, replaced or altered where it stands, nothing left over. */
async function proveChanged(
  corpus: Corpus,
  args: Args,
  outputs: IndexOutputs,
  how: "replaced" | "altered",
): Promise<IndexOutputs> {
  const target = targetOf(corpus.db.url);
  const desired = await declareOn(args);
  if (how === "replaced") {
    const refused = await failureOf(previewIndex(target, desired));
    expect(refused.message).toMatch(/^refused: .* exists with another definition/);
  }
  expect(await previewIndex(target, desired, outputs)).not.toEqual(NOTHING);
  const ensured = await ensureIndex({ target, desired, previous: outputs, ctx: record().ctx });
  expect(ensured.live.oid === outputs.oid).toBe(how === "altered");
  expect(ensured.adopted).toBe(how === "altered");
  expect(await indexesOf(corpus, desired)).toEqual([{ name: desired.name, valid: true }]);
  const changed = roundTrip(toIndexOutputs(ensured, createIndexStatement(desired), [], outputs));
  expect(changed.canonical).not.toEqual(outputs.canonical);
  await proveSame(corpus, args, changed);
  return changed;
}

async function proveDropped(corpus: Corpus, outputs: IndexOutputs): Promise<void> {
  const target = targetOf(corpus.db.url);
  await dropIndex(target, outputs, record().ctx);
  expect(await indexesOf(corpus, outputs)).toEqual([]);
  expect(await refreshIndex(target, outputs)).toBeUndefined();
}
