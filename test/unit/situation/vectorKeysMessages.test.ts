// What is written for a vector that pgvector's methods do not take as it is.
import { expect, test } from "vitest";
import type { IndexKey } from "../../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import {
  noDimensionsCause,
  tooManyDimensionsCause,
} from "../../../providers/pgindex/src/engine/situation/causes/vectorKeysMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const MOST = { vector: 2000, halfvec: 4000, bit: 64_000 };
const ORDER = ", and ORDER BY that expression in the queries that it serves";

async function vector(key: object, more: object = {}) {
  const index = await declare({ table: "t", name: "i", columns: [key], accessMethod: "hnsw" });
  const of = { key: index.keys[0] as IndexKey, declared: "vector", schema: "", type: "vector" };
  return { index, of: { ...of, dimensions: 3072, ...more } };
}

test.each<[key: object, more: object, most: object, fix: string]>([
  [
    { column: "Embedding" },
    {},
    MOST,
    `write { expression: "\\"Embedding\\"::halfvec(3072)", operatorClass: "halfvec_l2_ops" }${ORDER}`,
  ],
  [
    { column: "e", operatorClass: "vector_cosine_ops" },
    { schema: "ext." },
    MOST,
    `write { expression: "e::ext.halfvec(3072)", operatorClass: "halfvec_cosine_ops" }${ORDER}`,
  ],
  [
    { expression: "f(e)" },
    { dimensions: 5000 },
    MOST,
    'write { expression: "binary_quantize((f(e)))::bit(5000)", operatorClass: "bit_hamming_ops" }' +
      `, one bit a dimension${ORDER}`,
  ],
  [
    { column: "e" },
    { type: "bit", dimensions: 70_000 },
    MOST,
    "index fewer dimensions, such as a part of the value",
  ],
  [{ column: "e" }, {}, {}, "index fewer dimensions, such as a part of the value"],
])("of too many dimensions: %j, %j", async (key, more, most, fix) => {
  const { of } = await vector(key, more);
  expect(tooManyDimensionsCause(of, most as Record<string, number>).fix).toBe(fix);
});

test.each([
  [
    { column: "e" },
    /^ALTER TABLE "public"\."t" ALTER COLUMN "e" TYPE vector\(768\); which rewrites/,
  ],
  [{ expression: "f(e)" }, undefined],
])("without the number of its dimensions: %j", async (key, otherwise) => {
  const { index, of } = await vector(key);
  const cause = noDimensionsCause(of, index);
  expect(cause.fix).toMatch(/::vector\(768\)", .*, with the dimensions of your model, and ORDER/);
  if (otherwise) expect(cause.otherwise).toMatch(otherwise);
  else expect(cause.otherwise).toBeUndefined();
});
