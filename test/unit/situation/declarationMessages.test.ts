import { expect, test } from "vitest";
import { activeSecurity } from "../../../providers/pgindex/src/engine/application/applicationMessages.ts";
import { buildMemoryAdvice } from "../../../providers/pgindex/src/engine/situation/declarationMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const GB = 1024 ** 3;

test.each([
  [1, "is 16 GB, and the server has 8 GB", '"2048MB" or less', undefined],
  [
    4,
    "is 4 times 16 GB, and the server has 8 GB",
    '"512MB" or less',
    "lower maxConcurrentBuilds of the Connection",
  ],
])("more memory than the server has, for %i builds", async (builds, what, fix, otherwise) => {
  const index = await declare({ table: "t", name: "i", columns: ["a"] });
  const advice = buildMemoryAdvice(index, { each: 16 * GB, builds, has: 8 * GB });
  expect(advice.what).toContain(what);
  expect(advice.fix).toContain(fix);
  expect(advice.otherwise).toBe(otherwise);
});

test.each([
  [undefined, "name the role that runs the query (role of the query, or applicationRole of the"],
  ["app", 'GRANT "app" TO "reader"; lets pgindex measure as app'],
])("rows that a policy hides, of the role %s", (role, fix) => {
  expect(activeSecurity("public.t", { role, acting: "reader" })).toContain(fix);
});
