import { expect, test } from "vitest";
import { onlyBuildApplies } from "../../../providers/pgindex/src/engine/compare/buildParameters.ts";

/** Methods of extensions that the test servers do not have. */
test.each([
  ["hnsw", { m: "24" }, {}, ["m"]],
  ["hnsw", { ef_construction: "128" }, { ef_construction: "64" }, ["ef_construction"]],
  ["hnsw", { m: "16", ef_construction: "64" }, {}, []],
  ["ivfflat", { lists: "400" }, { lists: "200" }, ["lists"]],
  ["ivfflat", { lists: "100" }, {}, []],
  ["bm25", { key_field: "id", text_fields: "{}" }, { key_field: "id" }, ["text_fields"]],
  ["rum", { attach: "ts" }, {}, ["attach"]],
  [undefined, { x: "1" }, {}, ["x"]],
  // A parameter that a later release may have.
  ["brin", { newcomer: "1" }, {}, ["newcomer"]],
  ["btree", { fillfactor: "70", deduplicate_items: "off" }, {}, []],
  ["gist", { buffering: "auto" }, {}, []],
] as const)("%s: %j beside %j takes a rebuild for %j", (method, one, other, parameters) => {
  expect(onlyBuildApplies(method, one, other)).toEqual(parameters);
  expect(onlyBuildApplies(method, other, one)).toEqual(parameters);
});
