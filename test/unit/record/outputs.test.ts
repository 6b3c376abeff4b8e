import { describe, expect, test } from "vitest";
import type { Ensured } from "../../../providers/pgindex/src/engine/build/request.ts";
import type { QueryMeasurement } from "../../../providers/pgindex/src/engine/measure/measure.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../../providers/pgindex/src/engine/record/outputs.ts";
import { declare, liveIndex, SOMEWHERE } from "../../support/engine/engine.ts";

const BUILT_AT = "2026-11-22T10:00:00.000Z";
const VERIFIED_AT = "2026-11-22T10:00:01.000Z";
const desired = await declare({ table: "m", name: "m_state_idx", columns: ["state"] });
const live = liveIndex();
const built: Ensured = {
  live,
  adopted: false,
  builtAt: BUILT_AT,
  buildSeconds: 1.5,
  verifiedAt: VERIFIED_AT,
  database: SOMEWHERE,
};
const adopted: Ensured = { live, adopted: true, verifiedAt: VERIFIED_AT, database: SOMEWHERE };
const nodes = [{ depth: 0, node: "Seq Scan", plannedRows: 1 }];
const before = [{ name: "lookup" }] as unknown as QueryMeasurement[];
const measured = before.map((measurement) => ({ measurement, plan: { nodes }, usable: null }));
const plansBefore = [{ name: "lookup", nodes }];
const previous: IndexOutputs = toIndexOutputs(built, desired, measured);

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
    plansBefore,
    drift: null,
    statement: 'CREATE INDEX CONCURRENTLY "m_state_idx" ON "public"."m" USING "btree" ("state")',
    rebuildTrigger: null,
    bytesPerRow: null,
    bloatRatio: null,
  });
});

test("outputs of an adoption: nobody knows when it was built", () => {
  expect(toIndexOutputs(adopted, desired, [])).toMatchObject({
    builtAt: null,
    buildSeconds: null,
    adopted: true,
    validSince: VERIFIED_AT,
    before: [],
    plansBefore: [],
  });
});

test("an update that finds our own index in place forgets nothing of its build", () => {
  expect(toIndexOutputs(adopted, desired, [], previous)).toEqual(previous);
});

test("an index built by somebody else under the name is not ours, whatever its OID", () => {
  const canonical = { ...live.canonical, columns: "created_at pg_catalog.timestamptz_ops" };
  const found = { ...adopted, live: liveIndex({ canonical }) };
  expect(toIndexOutputs(found, desired, [], previous)).toMatchObject({
    builtAt: null,
    buildSeconds: null,
    adopted: true,
    validSince: VERIFIED_AT,
    before: [],
    plansBefore: [],
  });
});

test("what was altered in place is the index that was built", () => {
  const canonical = { ...live.canonical, comment: "mine", storageParameters: { fillfactor: "70" } };
  const altered = { ...adopted, live: liveIndex({ canonical }) };
  expect(toIndexOutputs(altered, desired, [], previous)).toMatchObject({
    builtAt: BUILT_AT,
    adopted: false,
    validSince: BUILT_AT,
    before,
    plansBefore,
  });
});

test("an update that had to build again starts anew", () => {
  const old = { ...previous, validSince: "2020-01-01T00:00:00.000Z", drift: "INVALID" };
  expect(toIndexOutputs(built, desired, [], old)).toMatchObject({
    builtAt: BUILT_AT,
    validSince: BUILT_AT,
    before: [],
    plansBefore: [],
    drift: null,
  });
});

describe("valid means valid, ready and live", () => {
  test.each(["valid", "ready", "live"])("not %s", (flag) => {
    const ensured = { ...adopted, live: liveIndex({ [flag]: false }) };
    expect(toIndexOutputs(ensured, desired, []).valid).toBe(false);
  });
});

test("they are plain JSON: Pulumi loses everything else", () => {
  for (const outputs of [previous, toIndexOutputs(adopted, desired, [])]) {
    expect(JSON.parse(JSON.stringify(outputs))).toEqual(outputs);
    expect(Object.values(outputs)).not.toContain(undefined);
  }
});

describe("what the index takes", () => {
  const MB = 1024 * 1024;
  const grown = (sizeBytes: number) => ({
    ...adopted,
    live: liveIndex({ sizeBytes, tableRows: 1000 }),
  });
  const first = toIndexOutputs({ ...built, live: grown(2 * MB).live }, desired, []);

  test("is noted at the build, as bytes a row", () => {
    expect(first).toMatchObject({ bytesPerRow: 2097.15, bloatRatio: 1 });
  });

  test("is compared with the build, for as long as it is the same index", () => {
    expect(toIndexOutputs(grown(5 * MB), desired, [], first)).toMatchObject({
      bytesPerRow: 2097.15,
      bloatRatio: 2.5,
    });
    const rebuilt = { ...built, live: liveIndex({ oid: 5, sizeBytes: 3 * MB, tableRows: 1000 }) };
    expect(toIndexOutputs(rebuilt, desired, [], first)).toMatchObject({
      bytesPerRow: 3145.73,
      bloatRatio: 1,
    });
  });
});

test("the value of the trigger is noted, so that one value rebuilds once", async () => {
  const triggered = {
    ...desired,
    policy: { ...desired.policy, rebuildWhen: { trigger: "glibc 2.41" } },
  };
  expect(toIndexOutputs(adopted, triggered, [], previous).rebuildTrigger).toBe("glibc 2.41");
});

test("only what is declared is compared with later: a DBA may move or comment an index", () => {
  const found = { ...live.canonical, comment: "by a DBA", constraint: "unique" };
  const ensured = { ...adopted, live: liveIndex({ canonical: found }) };
  const { tablespace: _, ...unmanaged } = live.canonical;
  expect(toIndexOutputs(ensured, desired, []).canonical).toEqual(unmanaged);
  const declared = { ...unmanaged, comment: "mine" };
  expect(toIndexOutputs({ ...ensured, declared }, desired, []).canonical).toEqual({
    ...unmanaged,
    comment: "by a DBA",
  });
});

test("that none is declared is kept too, so that a later one is drift", () => {
  const declared = { ...live.canonical, comment: "" };
  expect(toIndexOutputs({ ...adopted, declared }, desired, []).canonical).toEqual(declared);
});
