import { describe, expect, test } from "vitest";
import type { Ensured } from "../../providers/pgindex/src/engine/ensure.ts";
import type { QueryMeasurement } from "../../providers/pgindex/src/engine/measure.ts";
import { type IndexOutputs, toIndexOutputs } from "../../providers/pgindex/src/engine/outputs.ts";
import { liveIndex } from "../support/engine.ts";

const BUILT_AT = "2026-11-22T10:00:00.000Z";
const VERIFIED_AT = "2026-11-22T10:00:01.000Z";
const live = liveIndex();
const built: Ensured = {
  live,
  adopted: false,
  builtAt: BUILT_AT,
  buildSeconds: 1.5,
  verifiedAt: VERIFIED_AT,
};
const adopted: Ensured = { live, adopted: true, verifiedAt: VERIFIED_AT };
const before = [{ name: "lookup" }] as unknown as QueryMeasurement[];
const previous: IndexOutputs = toIndexOutputs(built, "CREATE …", before);

test("outputs of a build", () => {
  expect(previous).toMatchObject({
    name: "m_state_idx",
    schema: "public",
    table: "m",
    oid: live.oid,
    valid: true,
    builtAt: BUILT_AT,
    buildSeconds: 1.5,
    adopted: false,
    validSince: BUILT_AT,
    before,
    drift: null,
  });
});

test("outputs of an adoption: nobody knows when it was built", () => {
  expect(toIndexOutputs(adopted, "CREATE …", [])).toMatchObject({
    builtAt: null,
    buildSeconds: null,
    adopted: true,
    validSince: VERIFIED_AT,
    before: [],
  });
});

test("an update that finds our own index in place forgets nothing of its build", () => {
  expect(toIndexOutputs(adopted, "CREATE …", [], previous)).toEqual(previous);
});

test("an update that had to build again starts anew", () => {
  const old = { ...previous, validSince: "2020-01-01T00:00:00.000Z", drift: "INVALID" };
  expect(toIndexOutputs(built, "CREATE …", [], old)).toMatchObject({
    builtAt: BUILT_AT,
    validSince: BUILT_AT,
    before: [],
    drift: null,
  });
});

describe("valid means valid, ready and live", () => {
  test.each(["valid", "ready", "live"])("not %s", (flag) => {
    const ensured = { ...adopted, live: liveIndex({ [flag]: false }) };
    expect(toIndexOutputs(ensured, "", []).valid).toBe(false);
  });
});

test("they are plain JSON: Pulumi loses everything else", () => {
  for (const outputs of [previous, toIndexOutputs(adopted, "", [])]) {
    expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
    expect(Object.values(outputs)).not.toContain(undefined);
  }
});
