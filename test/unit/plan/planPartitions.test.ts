import { expect, test } from "vitest";
import type { Difference } from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { Partition } from "../../../providers/pgindex/src/engine/situation/partitions/partitions.ts";
import type { Situation } from "../../../providers/pgindex/src/engine/situation/situation.ts";
import { declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, planFor, situation } from "../../support/engine/situation.ts";

const desired = await declare({ table: "m", name: "i", columns: ["state"], comment: "by state" });

const partition = (table: string, more: Partial<Partition> = {}): Partition => ({
  oid: 100,
  schema: "public",
  table,
  parentOid: 10,
  isLeaf: true,
  strays: [],
  ...more,
});

const standing = (table: string) => liveIndex({ name: `${table}_i`, table });
const parent = liveIndex({ name: "i", isPartitioned: true, valid: false });
const stray = liveIndex({ name: "left", table: "m_1" });

function partitioned(name: string, exists: boolean, partitions: readonly Partition[]) {
  return { partitioned: { root: { name, exists }, tableOid: 10, partitions } };
}

const invalid = (differences: readonly Difference[] = []) =>
  ({ kind: "invalid", live: parent, differences }) as const;

function shortPlan(seen: Situation) {
  return inShort(planFor(seen, desired, "update"));
}

const CREATE = "CREATE INDEX i ON ONLY m USING btree (state)";

test("the parent's entry, the partition's index, its attachment, then the rest", () => {
  const seen = situation({ kind: "absent" }, partitioned("i", false, [partition("m_1")]));
  expect(shortPlan(seen)).toMatch(
    /^CREATE INDEX i ON ONLY m USING btree \(state\), build (\S+), ALTER INDEX i ATTACH PARTITION \1, COMMENT ON INDEX i IS 'by state'$/,
  );
});

test("an unfinished one is finished: what stands is attached, nothing is dropped", () => {
  const seen = situation(
    invalid(),
    partitioned("i", true, [
      partition("m_1", { attached: standing("m_1") }),
      partition("m_2", { oid: 101, candidate: standing("m_2") }),
    ]),
  );
  expect(shortPlan(seen)).toBe(
    "ALTER INDEX i ATTACH PARTITION m_2_i, COMMENT ON INDEX i IS 'by state'",
  );
});

test("an unfinished one of another definition is replaced", () => {
  const difference: Difference = { field: "unique", live: "true" };
  const seen = situation(
    invalid([difference]),
    partitioned("i_pgindex_new", false, [partition("m_1")]),
  );
  expect(shortPlan(seen)).toContain(CREATE.replace("INDEX i ", "INDEX i_pgindex_new "));
  expect(shortPlan(seen)).toContain("i -> i_pgindex_old; i_pgindex_new -> i");
});

test("an unfinished replacement is finished: what stands of it is not dropped", () => {
  const difference: Difference = { field: "unique", live: "true" };
  const next = liveIndex({ name: "i_pgindex_new", oid: 7, isPartitioned: true, valid: false });
  const seen = situation(
    { kind: "different", live: { ...parent, valid: true }, differences: [difference] },
    {
      next: { live: next, isDeclared: false, isUnfinished: true },
      ...partitioned("i_pgindex_new", true, [partition("m_1", { candidate: standing("m_1") })]),
    },
  );
  const decided = planFor(seen, desired, "update");
  expect(inShort(decided)).toBe(
    "ALTER INDEX i_pgindex_new ATTACH PARTITION m_1_i, " +
      "COMMENT ON INDEX i_pgindex_new IS 'by state', " +
      "i -> i_pgindex_old; i_pgindex_new -> i, DROP INDEX i_pgindex_old",
  );
  const expects = [
    { oid: parent.oid, name: "i_pgindex_old" },
    { oid: 7, name: "i" },
  ];
  expect(decided).toMatchObject({ steps: [{}, {}, { expects }, {}] });
});

test("an unfinished one that partitions cannot alter is replaced; a comment can be", () => {
  const seen = (difference: Difference, name: string) =>
    shortPlan(situation(invalid([difference]), partitioned(name, true, [])));
  expect(seen({ field: "comment", declared: "by state" }, "i")).not.toContain("->");
  const fillfactor: Difference = {
    field: "storageParameters",
    live: { fillfactor: "70" },
  };
  expect(seen(fillfactor, "i_pgindex_new")).toContain("i_pgindex_new -> i");
});

test("partitions that were looked at for another name are a mistake of ours", () => {
  const seen = situation({ kind: "absent" }, partitioned("other", false, []));
  expect(() => shortPlan(seen)).toThrow("the partitions were read for other, not for i");
});

test("what an interrupted run left on a partition goes, although the index stands", () => {
  const same = { kind: "same", live: { ...parent, valid: true } } as const;
  const seen = situation(same, partitioned("i", true, [partition("m_1", { strays: [stray] })]));
  const decided = planFor(seen, desired, "update");
  expect(inShort(decided)).toBe("drop left, adopt");
  expect(decided).toMatchObject({ steps: [{ why: "an interrupted run left it behind" }, {}] });
});

const REBUILD = { rebuild: "the trigger has changed" };

test("is rebuilt partition by partition, except those that an interrupted run has rebuilt", () => {
  const branch = { oid: 101, isLeaf: false, attached: standing("m_2") };
  const leaf = { oid: 102, parentOid: 101, attached: standing("m_3") };
  const seen = (more: Partial<Situation>) =>
    planFor(
      situation(
        { kind: "same", live: { ...parent, valid: true } },
        {
          ...REBUILD,
          ...partitioned("i", true, [
            partition("m_1", { attached: standing("m_1") }),
            partition("m_2", branch),
            partition("m_3", leaf),
            partition("m_4", { oid: 103 }),
          ]),
          ...more,
        },
      ),
      desired,
      "update",
    );
  expect(inShort(seen({}))).toBe("reindex m_1_i, reindex m_3_i");
  expect(inShort(seen({ rebuilt: new Set([100]) }))).toBe("reindex m_3_i");
  expect(seen({})).toMatchObject({
    steps: [
      { why: REBUILD.rebuild, position: "partition 1 of 3", on: { table: "m_1", oid: 100 } },
      { why: REBUILD.rebuild, position: "partition 2 of 3", on: { table: "m_3", oid: 102 } },
    ],
  });
});

test.each([
  ["storageParameters", 130000, "ALTER INDEX"],
  ["tablespace", 130000, "build i_pgindex_new"],
  ["tablespace", 140000, "reindex i"],
] as const)("a change of %s on %i contains %s", (field, serverVersion, step) => {
  const live = liveIndex({ name: "i" });
  const changes: Readonly<Record<typeof field, Difference>> = {
    storageParameters: { field: "storageParameters", live: { fillfactor: "70" } },
    tablespace: { field: "tablespace", declared: "fast", live: "pg_default" },
  };
  const comment: Difference = { field: "comment", declared: "by state" };
  const verdict = { kind: "alterable", live, differences: [comment, changes[field]] } as const;
  expect(inShort(planFor(situation(verdict, { serverVersion }), desired, "update"))).toContain(
    step,
  );
});
