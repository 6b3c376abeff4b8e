// A partitioned index is INVALID until its last partition has its part, and can lose one meanwhile.
import { describe, expect, test } from "vitest";
import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import type { Partition } from "../../../providers/pgindex/src/engine/situation/partitions/partitions.ts";
import type { Situation } from "../../../providers/pgindex/src/engine/situation/situation.ts";
import { declare, liveIndex } from "../../support/engine/engine.ts";
import { inShort, planFor, situation } from "../../support/engine/situation.ts";

const desired = await declare({ table: "m", name: "i", columns: ["state"] });

const indexOn = (table: string, more: Partial<LiveIndex> = {}) =>
  liveIndex({ name: `${table}_i`, table, tableOid: Number(`10${table.at(-1)}`), ...more });
const parent = liveIndex({ name: "i", isPartitioned: true, valid: false });

const partition = (table: string, more: Partial<Partition> = {}): Partition => ({
  oid: Number(`10${table.at(-1)}`),
  schema: "public",
  table,
  parentOid: 10,
  isLeaf: true,
  strays: [],
  ...more,
});
const attached = (table: string, more: Partial<Partition> = {}) =>
  partition(table, { attached: indexOn(table), ...more });

/** A partition with partitions, of which the second is told. */
const below = (own: Partial<Partition>, leaf: Partial<Partition>): Partition[] => [
  partition("m_2", { isLeaf: false, ...own }),
  partition("m_3", { parentOid: 102, ...leaf }),
];
const branch = (valid: boolean) => indexOn("m_2", { isPartitioned: true, valid });

function planOf(partitions: readonly Partition[], serverVersion: number, more = {}) {
  const root = { name: "i", exists: true, isValid: false };
  const seen: Partial<Situation> = {
    serverVersion,
    partitioned: { root, tableOid: 10, partitions, ...more },
  };
  const verdict = { kind: "invalid", live: parent, differences: [] } as const;
  return planFor(situation(verdict, seen), desired, "update");
}

const HASHES = /_[0-9a-f]{8}_[0-9a-f]{4}\b/g;

/** The steps in short; a new part's hashes read `#`. */
const short = (...args: Parameters<typeof planOf>) =>
  inShort(planOf(...args)).replaceAll(HASHES, "#");

const CREATE = "CREATE INDEX i ON ONLY m USING btree (state)";
const MAKE_1 = "build m_1_i#, ALTER INDEX i ATTACH PARTITION m_1_i#";
const MAKE_BRANCH =
  "CREATE INDEX m_2_i# ON ONLY m_2 USING btree (state), " +
  "build m_3_i#, ALTER INDEX m_2_i# ATTACH PARTITION m_3_i#, ALTER INDEX i ATTACH PARTITION m_2_i#";
const leaf = { attached: indexOn("m_3") };

describe("a partitioned index whose last missing partition was detached", () => {
  test("is looked at again by PostgreSQL 14 when what is attached is attached", () => {
    expect(short([attached("m_1")], 140_000)).toBe("ALTER INDEX i ATTACH PARTITION m_1_i");
  });

  test("is built anew on PostgreSQL 13, which does not look, and says why", () => {
    expect(short([attached("m_1")], 130_000)).toBe(`DROP INDEX i, ${CREATE}, ${MAKE_1}`);
    expect(planOf([attached("m_1")], 130_000)).toMatchObject({
      steps: [
        { why: "PostgreSQL does not see that it is complete without a detached partition" },
        { why: expect.stringContaining("becomes valid with its last partition") },
        {},
        {},
      ],
    });
  });

  test.each<[what: string, own: Partial<Partition>, dropped: string]>([
    ["which goes with it", { attached: branch(false) }, "DROP INDEX i"],
    ["unattached and INVALID", { candidate: branch(false) }, "DROP INDEX m_2_i, DROP INDEX i"],
  ])("is built anew on PostgreSQL 13 with a branch, %s", (_, own, dropped) => {
    expect(short([attached("m_1"), ...below(own, leaf)], 130_000)).toBe(
      `${dropped}, ${CREATE}, ${MAKE_1}, ${MAKE_BRANCH}`,
    );
  });

  test.each([130_000, 140_000])("is built anew on %i where no partition is left", (version) => {
    expect(short([], version)).toBe(`DROP INDEX i, ${CREATE}`);
  });

  test.each<[version: number, tables: string[], begin: string, isKept: boolean]>([
    [140_000, ["m_1"], "ALTER INDEX i_pgindex_new ATTACH PARTITION m_1_i", true],
    [
      130_000,
      ["m_1"],
      `DROP INDEX i_pgindex_new, ${CREATE}, ${MAKE_1}`.replaceAll(
        /INDEX i /g,
        "INDEX i_pgindex_new ",
      ),
      false,
    ],
    [
      180_000,
      [],
      "DROP INDEX i_pgindex_new, CREATE INDEX i_pgindex_new ON ONLY m USING btree (state)",
      false,
    ],
  ])("so is its replacement, on %i, of %j", (serverVersion, tables, begin, isKept) => {
    const partitions = tables.map((table) => attached(table));
    const live = liveIndex({ name: "i_pgindex_new", oid: 7, isPartitioned: true, valid: false });
    const root = { name: live.name, exists: true, isValid: false };
    const decided = planFor(
      situation(
        {
          kind: "different",
          live: { ...parent, valid: true },
          differences: [{ field: "unique", live: "true" }],
        },
        {
          serverVersion,
          next: { live, isDeclared: false, isUnfinished: true },
          partitioned: { root, tableOid: 10, partitions },
        },
      ),
      desired,
      "update",
    );
    expect(inShort(decided).replaceAll(HASHES, "#")).toBe(
      `${begin}, i -> i_pgindex_old; i_pgindex_new -> i, DROP INDEX i_pgindex_old`,
    );
    const { steps } = decided as Extract<typeof decided, { kind: "steps" }>;
    const expects = [
      { oid: parent.oid, name: "i_pgindex_old" },
      ...(isKept ? [{ oid: 7, name: "i" }] : []),
    ];
    expect(steps.at(-2)).toMatchObject({ expects });
  });

  test.each<[what: string, partitions: Partition[], expected: string]>([
    [
      "a partition without an index",
      [attached("m_1"), partition("m_2")],
      "build m_2_i#, ALTER INDEX i ATTACH PARTITION m_2_i#",
    ],
    [
      "one whose index is INVALID",
      [attached("m_1"), attached("m_2", { attached: indexOn("m_2", { valid: false }) })],
      "reindex m_2_i, ALTER INDEX i ATTACH PARTITION m_2_i",
    ],
    [
      "an index that can be attached",
      [attached("m_1"), partition("m_2", { candidate: indexOn("m_2") })],
      "ALTER INDEX i ATTACH PARTITION m_2_i",
    ],
    [
      "a branch that can be attached",
      [attached("m_1"), ...below({ candidate: branch(true) }, leaf)],
      "ALTER INDEX i ATTACH PARTITION m_2_i",
    ],
  ])("is completed, on PostgreSQL 13 too, as long as there is %s", (_, partitions, expected) => {
    for (const version of [130_000, 140_000]) expect(short(partitions, version)).toBe(expected);
  });

  test("and what was left on the detached table goes, in the name of that table", () => {
    const left = indexOn("m_9", { schema: "old", valid: false });
    const more = { detached: [left] };
    expect(short([partition("m_1")], 140_000, more)).toBe(`drop m_9_i, ${MAKE_1}`);
    expect(planOf([partition("m_1")], 140_000, more)).toMatchObject({
      steps: [
        {
          on: { schema: "old", table: "m_9", oid: 109 },
          why: "an interrupted run left it INVALID on a partition that was detached since",
        },
        { why: "the partition has no index" },
        {},
      ],
    });
  });
});
