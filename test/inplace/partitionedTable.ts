import { afterEach, beforeEach, expect } from "vitest";
import type { Args } from "../support/engine/engine.ts";
import { dropIndexesIn, indexesIn, Stack, useDatabase } from "./stack.ts";

/** With its suffix, the name of its index is too long and is cut within a character. */
const LONG = `m_${"ä".repeat(29)}`;

const TABLES = [
  "CREATE TABLE app.m (id int NOT NULL, at date NOT NULL, region text) PARTITION BY RANGE (at)",
  "CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE old.m2 PARTITION OF app.m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') " +
    "PARTITION BY LIST (region)",
  "CREATE TABLE old.m2a PARTITION OF old.m2 FOR VALUES IN ('a')",
  `CREATE TABLE app.${LONG} PARTITION OF old.m2 DEFAULT`,
  "INSERT INTO app.m SELECT i, date '2026-01-01' + i % 50, chr(97 + i % 3) FROM " +
    "generate_series(1, 3000) i",
  "ANALYZE app.m",
];

/**
 * For a test file: a table with partitions of two levels in two schemas, made anew for each test.
 */
export function usePartitions() {
  const place = useDatabase("CREATE SCHEMA app", "CREATE SCHEMA old");
  beforeEach(async () => {
    for (const sql of TABLES) await place.db.query(sql);
  });
  afterEach(async () => {
    await dropIndexesIn(place.db, "app", "old");
    await place.db.query("DROP TABLE app.m");
  });
  return {
    place,
    stackOf: (args: Args) =>
      new Stack(place.db, { schema: "app", table: "m", name: "m_idx", ...args }),
    indexes: () => indexesIn(place.db, "app", "old"),
  };
}

export const matching = (...lines: readonly (string | RegExp)[]) =>
  lines.map((line) => expect.stringMatching(line));

/** What stands when the index is complete. */
export const ALL = [
  "m.m_idx valid",
  /^m1\.m1_\w+_idx valid <- m_idx$/,
  /^m2\.m2_\w+_idx valid <- m_idx$/,
  /^m2a\.m2a_\w+_idx valid <- m2_\w+_idx$/,
  /^m_ä+\.m_ä+_\w+_idx valid <- m2_\w+_idx$/,
];
