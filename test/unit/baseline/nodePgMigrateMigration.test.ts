import { mkdir, rm, writeFile } from "node:fs/promises";
import { join, parse } from "node:path";
import { getMigrationFilePaths } from "node-pg-migrate/migration";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readNodePgMigrateMigration } from "../../../providers/pgindex/src/baseline/nodePgMigrate/nodePgMigrateMigration.ts";
import {
  createProject,
  INDEXES,
  LATER,
  PROGRAM,
  TABLES,
} from "../../support/tools/nodePgMigrate.ts";

let root: string;
let folder: string;
beforeEach(async () => {
  ({ root, folder } = await createProject());
});
afterEach(() => rm(root, { recursive: true }));

const PLACED = { table: "orders", name: "orders_placed_idx", columns: ["placed_at"] };
const read = (migration: string, more: object = {}) =>
  readNodePgMigrateMigration<typeof PLACED>(migration, { folder, schema: "public", ...more });
const write = (name: string, text: string) => writeFile(join(folder, name), text);

test("what the Up section makes, and what comes before in the order of the numbers", () => {
  expect(read(INDEXES)).toEqual({
    migration: INDEXES,
    earlier: [TABLES],
    indexes: [
      expect.objectContaining({ name: "orders_status_idx", table: "orders" }),
      expect.objectContaining({ name: "lines_order_idx", predicate: "order_id IS NOT NULL" }),
    ],
  });
});

test("the order of the files is the tool's own", async () => {
  const names = [
    `${INDEXES}-10`,
    `${INDEXES}-9`,
    `${INDEXES}_Ä`,
    `${INDEXES}_z`,
    "9_old",
    "010_old",
  ];
  for (const name of names) await write(`${name}.sql`, "");
  await write("1790000000004_last.sql", "");
  const files = await getMigrationFilePaths(folder);
  const order = files.map((file) => parse(file).name);
  expect(order).toHaveLength(11);
  expect([...read("1790000000004_last").earlier, "1790000000004_last"]).toEqual(order);
});

describe("sections", () => {
  test.each([
    ["no section at all", "CREATE INDEX a_idx ON a (b);", ["a_idx"]],
    [
      "Down first",
      "-- Down Migration\nDROP INDEX a_idx;\n-- Up Migration\nCREATE INDEX a_idx ON a (b);",
      ["a_idx"],
    ],
    [
      "no Down",
      "---- UP migration\nCREATE INDEX a_idx ON a (b);\nCREATE INDEX b_idx ON b (b);",
      ["a_idx", "b_idx"],
    ],
  ])("%s", async (_, text, names) => {
    await write("1790000000009_x.sql", text);
    expect(read("1790000000009_x").indexes.map(({ name }) => name)).toEqual(names);
  });

  test("a Down section without an Up one is run by up too, and refused", async () => {
    await write(
      "1790000000009_x.sql",
      "CREATE INDEX a_idx ON a (b);\n-- Down Migration\nDROP INDEX a_idx;",
    );
    expect(() => read("1790000000009_x")).toThrow(/x\.sql does more than create indexes/);
  });
});

describe("a migration that is a program", () => {
  test("makes what the list says", () => {
    expect(read(PROGRAM, { indexes: [PLACED] })).toEqual({
      migration: PROGRAM,
      earlier: [TABLES, INDEXES],
      indexes: [PLACED],
    });
  });

  test("is refused without a list, with the ways to get one", () => {
    expect(() => read(PROGRAM)).toThrow(
      /cannot tell which indexes .*program\.js makes[\s\S]*--dry-run/,
    );
  });

  test("and one in SQL with a list", () => {
    expect(() => read(INDEXES, { indexes: [PLACED] })).toThrow(/fix: leave indexes out/);
  });
});

describe("refused", () => {
  test("a migration that is not there, or does more than create indexes", () => {
    expect(() => read("1_none")).toThrow(
      /there is no migration 1_none in .*\n.*it has 1790000000000_tables, /,
    );
    expect(() => read(LATER)).toThrow(/does more than create indexes/);
    expect(() => read(INDEXES, { folder: "/nowhere" })).toThrow(
      /there is no migration .* in \/nowhere/,
    );
  });

  test("a file without a number, unless ignored as folders and hidden files are", async () => {
    await mkdir(join(folder, "helpers"));
    await write(".keep", "");
    expect(read(INDEXES).earlier).toEqual([TABLES]);
    await write("README.md", "");
    expect(() => read(INDEXES)).toThrow(/README.md has no place among the migrations/);
    expect(read(INDEXES, { ignorePattern: "\\..*|README\\.md" }).earlier).toEqual([TABLES]);
  });
});
