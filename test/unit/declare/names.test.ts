import { describe, expect, test } from "vitest";
import {
  childName,
  companionName,
  companionNames,
  isChildName,
  isReindexLeftoverName,
} from "../../../providers/pgindex/src/engine/declare/names.ts";
import { declare } from "../../support/engine/engine.ts";

const bytes = (name: string) => Buffer.byteLength(name);
const LONG = "n".repeat(63);
/** 62 bytes, and no cut at an odd byte is a whole character. */
const WIDE = "ü".repeat(31);

describe("the names beside an index", () => {
  test("tell whose they are and what for", () => {
    expect(companionNames("m_idx")).toEqual(["m_idx_pgindex_new", "m_idx_pgindex_old"]);
    expect(companionName("m_idx", "next")).toBe("m_idx_pgindex_new");
    expect(companionName("m_idx", "retired")).toBe("m_idx_pgindex_old");
  });

  test("fill 63 bytes as they are, and are cut only beyond", () => {
    const longest = "n".repeat(63 - "_pgindex_new".length);
    expect(companionName(longest, "next")).toBe(`${longest}_pgindex_new`);
    const cut = companionName(`${longest}n`, "next");
    expect(cut).toMatch(/^n{42}_[0-9a-f]{8}_pgindex_new$/);
    expect(bytes(cut)).toBe(63);
  });

  test.each([LONG, WIDE, `${"n".repeat(50)}😀😀`])(
    "of %s have at most 63 bytes, and no half character",
    (name) => {
      const companions = companionNames(name);
      expect(new Set([name, ...companions]).size).toBe(3);
      for (const companion of companions) {
        expect(bytes(companion)).toBeLessThanOrEqual(63);
        expect(companion).not.toContain("\uFFFD");
        expect(Buffer.from(companion).toString()).toBe(companion);
      }
      expect(companionNames(name)).toEqual(companions);
    },
  );

  test("stay apart for two long names that begin alike", () => {
    const first = companionNames(`${"n".repeat(62)}a`);
    const second = companionNames(`${"n".repeat(62)}b`);
    expect(new Set([...first, ...second]).size).toBe(4);
  });
});

describe("the name of a partition's index", async () => {
  const desired = await declare({ schema: "app", table: "m", name: "m_idx", columns: ["a"] });
  const child = childName("m_2026", desired);

  test("tells the partition and the index, and is the same in every run", () => {
    expect(child).toMatch(/^m_2026_m_idx_[0-9a-f]{8}_[0-9a-f]{4}$/);
    expect(childName("m_2026", { ...desired })).toBe(child);
  });

  test("is another one for another definition, and not for another comment", async () => {
    expect(childName("m_2026", { ...desired, unique: true })).not.toBe(child);
    expect(childName("m_2026", { ...desired, comment: "mine" })).toBe(child);
  });

  test("is recognised as of that index, whatever its definition was, and of no other", () => {
    for (const one of [child, childName("m_2026", { ...desired, unique: true })]) {
      expect(isChildName(one, desired)).toBe(true);
      expect(isChildName(one, { schema: "app", name: "m_idx2" })).toBe(false);
      expect(isChildName(one, { schema: "public", name: "m_idx" })).toBe(false);
    }
    expect(isChildName("m_2026_a_idx", desired)).toBe(false);
    expect(isChildName(`${child}x`, desired)).toBe(false);
  });

  test("is each partition's own, however much of their names is cut away", () => {
    const prefix = "events_of_all_customers_by_region_and_by_month_and_day_";
    const partitions = Array.from({ length: 2_000 }, (_, n) => `${prefix}${n}`);
    const names = partitions.map((partition) => childName(partition, desired));
    expect(new Set(names).size).toBe(partitions.length);
    expect(Math.max(...names.map(bytes))).toBeLessThanOrEqual(63);
    expect(names.every((name) => isChildName(name, desired))).toBe(true);
    expect(names[7]).not.toBe(childName(partitions[7] ?? "", { ...desired, unique: true }));
  });

  test.each([LONG, WIDE])("of partition %s has at most 63 bytes and is recognised", (partition) => {
    const name = childName(partition, { ...desired, name: LONG });
    expect(bytes(name)).toBeLessThanOrEqual(63);
    expect(isChildName(name, { schema: "app", name: LONG })).toBe(true);
    expect(name).not.toContain("\uFFFD");
  });
});

describe("what an interrupted REINDEX CONCURRENTLY leaves", () => {
  test.each([
    ["m_idx_ccnew", true],
    ["m_idx_ccold", true],
    ["m_idx_ccnew1", true],
    ["m_idx_ccold12", true],
    ["m_idx", false],
    ["m_idx_cc", false],
    ["m_idx_ccnewer", false],
    ["m_idx2_ccnew", false],
    ["m_id_ccnew", false],
    ["other_m_idx_ccnew", false],
    ["_ccnew", false],
    ["m_idx_ccnew_ccnew", false],
  ])("%s: %s", (candidate, is) => expect(isReindexLeftoverName(candidate, "m_idx")).toBe(is));

  // PostgreSQL cuts the name, not the suffix (makeObjectName in indexcmds.c).
  test.each([
    [`${"n".repeat(57)}_ccnew`, LONG, true],
    [`${"n".repeat(56)}_ccnew1`, LONG, true],
    [`${"n".repeat(40)}_ccnew`, LONG, false],
    [`${"ü".repeat(28)}_ccnew`, WIDE, true],
    [`${"x".repeat(57)}_ccnew`, LONG, false],
  ])("%s of %s: %s", (candidate, name, is) => {
    expect(isReindexLeftoverName(candidate, name)).toBe(is);
  });

  test("of a name with a line break", () => {
    expect(isReindexLeftoverName("a\nb_ccnew", "a\nb")).toBe(true);
  });
});
