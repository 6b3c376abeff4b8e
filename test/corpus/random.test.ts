import fc from "fast-check";
import { expect, test } from "vitest";
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
import { change } from "./arbitrary.ts";
import { proveImported } from "./imported.ts";
import { indexesOf, useCorpus } from "./observe.ts";
import { printedArgs } from "./printed.ts";
import { declareOn } from "./proof.ts";

const corpus = useCorpus();

/** `RANDOM_SEED=… RANDOM_RUNS=…` repeats a run, or makes it longer. */
const seed = Number(process.env.RANDOM_SEED ?? Math.floor(Math.random() * 2 ** 31));
const numRuns = Number(process.env.RANDOM_RUNS ?? 25);

/** An update to these arguments, and everything that has to be quiet after it. */
async function up(args: Args, previous?: IndexOutputs): Promise<IndexOutputs> {
  const target = targetOf(corpus.db.url);
  const desired = await declareOn(args);
  const ensured = await ensureIndex({ database: target, desired, previous, ctx: record().ctx });
  expect(ensured.live).toMatchObject({ valid: true, ready: true, live: true });
  const outputs: IndexOutputs = JSON.parse(
    JSON.stringify(toIndexOutputs(ensured, desired, [], previous)),
  );
  expect(await previewIndex(target, desired, { previous: outputs })).toContainEqual(
    expect.stringMatching(/^builds nothing/),
  );
  expect(await refreshIndex(target, outputs)).toMatchObject({ drift: null, oid: outputs.oid });
  expect(await indexesOf(corpus, desired)).toEqual([{ name: desired.name, valid: true }]);
  for (const printed of await printedArgs(corpus, desired))
    expect(
      await previewIndex(target, await declare(printed), { previous: outputs }),
    ).toContainEqual(expect.stringMatching(/^builds nothing/));
  await proveImported(corpus, desired);
  await expectSameRows(desired);
  return outputs;
}

/**
 * The index has the rows that the declaration's own words choose, and no others: whatever it is
 * compared with.
 */
async function expectSameRows({ schema, name, predicate }: DesiredIndex): Promise<void> {
  const { db } = corpus;
  const [live] = await db.query<{ predicate: string | null }>(
    `SELECT pg_get_expr(x.indpred, x.indrelid) AS predicate FROM pg_index x
      JOIN pg_class i ON i.oid = x.indexrelid
      JOIN pg_namespace n ON n.oid = i.relnamespace WHERE n.nspname = $1 AND i.relname = $2`,
    [schema, name],
  );
  const rows = await db.query(
    `SELECT id FROM app.docs WHERE (${predicate ?? "true"}) IS DISTINCT FROM ` +
      `(${live?.predicate ?? "true"})`,
  );
  expect(rows).toEqual([]);
}

/** What PostgreSQL itself prints, less the parameters, which are altered without a build. */
function body({ definition }: IndexOutputs): string {
  return definition.replace(/ WITH \(fillfactor='\d+'\)/, "");
}

test(`any definition replaces any other: RANDOM_SEED=${seed}, ${numRuns} runs`, async () => {
  console.log(`RANDOM_SEED=${seed}`);
  const property = fc.asyncProperty(change, async ({ name, from, to }) => {
    const first = await up({ name, ...from });
    const second = await up({ name, ...to }, first);
    // Built anew exactly when PostgreSQL prints another definition.
    expect(second.oid !== first.oid).toBe(body(second) !== body(first));
    await dropIndex(targetOf(corpus.db.url), second, record().ctx);
    expect(await indexesOf(corpus, second)).toEqual([]);
  });
  await fc.assert(property.afterEach(corpus.clear), { seed, numRuns, endOnFailure: true });
}, 1_800_000);
