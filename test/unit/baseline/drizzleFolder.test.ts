import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { readDrizzleHistory } from "../../../providers/pgindex/src/baseline/drizzle/drizzleHistory.ts";
import { atEnd } from "../../support/atEnd.ts";

const SQL = 'CREATE INDEX "a_idx" ON "t" ("a");';
const journal = (...tags: readonly string[]) =>
  JSON.stringify({ entries: tags.map((tag, i) => ({ tag, when: i + 1 })) });

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "pgindex-drizzle-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const OLD = { "meta/_journal.json": journal("0000_a"), "0000_a.sql": SQL };
const NEW = { "20260101000000_a/migration.sql": SQL };

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  [
    "a file that the journal does not list",
    { ...OLD, "0001_b.sql": SQL },
    /0001_b\.sql is not in .*_journal\.json/,
  ],
  ["a file without a number, too", { ...OLD, "seed.sql": "" }, /seed\.sql is not in/],
  [
    "an entry without a file, and what comes in its place",
    { "meta/_journal.json": journal("0000_a", "0001_b"), "0000_a.sql": SQL, "0001_c.sql": SQL },
    /0001_b\.sql is missing; .*0001_c\.sql is not in/,
  ],
  [
    "a folder of 1.0 beside a journal",
    { ...OLD, ...NEW },
    /20260101000000_a.migration\.sql is not in/,
  ],
  [
    "of 1.0, a folder without its file",
    { ...NEW, "20260102000000_b/snapshot.json": "" },
    /20260102000000_b.migration\.sql is missing/,
  ],
  [
    "of 1.0, a folder without its time",
    { ...NEW, "b/migration.sql": SQL },
    /b.migration\.sql is not in a folder that begins with its time/,
  ],
  [
    "of 1.0, a file of an earlier release",
    { ...NEW, "0000_a.sql": SQL },
    /0000_a\.sql is not in a folder/,
  ],
])("%s is named", (_title, files, message) => {
  expect(() => readDrizzleHistory(folderOf(files))).toThrow(message);
});

test.each<[string, Readonly<Record<string, string>>]>([
  [
    "by a journal",
    {
      ...OLD,
      "0000_a.down.sql": "DROP INDEX a_idx",
      "schema.ts": "",
      "meta/0000_snapshot.json": "",
    },
  ],
  [
    "by folders",
    { ...NEW, "20260101000000_a/snapshot.json": "", "meta.json": "", "notes/readme.md": "" },
  ],
])("a whole folder is read: %s", (_title, files) => {
  expect(readDrizzleHistory(folderOf(files)).names).toEqual(["public.a_idx"]);
});
