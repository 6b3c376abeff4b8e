import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgindex-prisma-schema-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function files(texts: Readonly<Record<string, string>>): Promise<string[]> {
  const entries = Object.entries(texts);
  await Promise.all(entries.map(([name, text]) => writeFile(join(folder, name), text)));
  return entries.map(([name]) => join(folder, name));
}

const SOURCE = 'datasource db {\n  provider = "postgresql"\n}\n';
const OLD_SOURCE = SOURCE.replace("}", '  url = env("URL")\n  directUrl = env("DIRECT")\n}');

describe("a schema is read as the SQL that Prisma makes of it", () => {
  test("of 7, with partial indexes", async () => {
    const paths = await files({
      "seven.prisma": `${SOURCE}generator client {
  provider = "prisma-client"
  previewFeatures = ["partialIndexes"]
}
model User {
  id Int @id
  email String @unique(where: { deletedAt: null })
  active Boolean @map("is_active")
  deletedAt DateTime?
  @@index([email], where: raw("id > 3"), map: "users_few")
  @@index([id], where: { active: true })
}\n`,
    });
    expect(indexesFromSql(paths)).toEqual([
      {
        table: "User",
        name: "User_email_key",
        columns: ["email"],
        unique: true,
        predicate: '("deletedAt" IS NULL)',
      },
      { table: "User", name: "users_few", columns: ["email"], predicate: "(id > 3)" },
      { table: "User", name: "User_id_idx", columns: ["id"], predicate: '("is_active" = true)' },
    ]);
  });

  test("of 6, in several files and schemas, with what a relation of many to many has", async () => {
    const paths = await files({
      "one.prisma": `${OLD_SOURCE.replace("{", '{\n  schemas = ["app", "public"]')}
model Post {
  id Int @id
  tags Tag[]
  @@schema("app")
}\n`,
      "two.prisma":
        'model Tag {\n  id Int @id\n  name String @unique\n  posts Post[]\n  @@schema("public")\n}\n',
    });
    expect(indexesFromSql(paths)).toEqual([
      { table: "Tag", name: "Tag_name_key", columns: ["name"], unique: true },
      { schema: "app", table: "_PostToTag", name: "_PostToTag_B_index", columns: ["B"] },
    ]);
  });
});

test("a preview feature that the engine does not know makes no other SQL", async () => {
  const paths = await files({
    "features.prisma": `generator client {
  provider        = "prisma-client-js"
  previewFeatures = ["metrics", "views", "driverAdapters"]
}
${SOURCE}model A {\n  id Int @id\n  b Int\n  @@index([b])\n}\n`,
  });
  expect(indexesFromSql(paths)).toEqual([{ table: "A", name: "A_b_idx", columns: ["b"] }]);
});

describe("is refused", () => {
  test.each([
    ["for another system", SOURCE.replace("postgresql", "mysql"), /is for mysql/],
    [
      "where Prisma refuses it, with the line",
      `${SOURCE}model A {\n  id Int @id\n  @@index([nothing])\n}\n`,
      /Prisma's engine refuses the schema .*nothing.*\.prisma:6\)/,
    ],
  ])("%s", async (title, text, message) => {
    const paths = await files({ [`${title.replaceAll(/\W/g, "")}.prisma`]: text });
    expect(() => indexesFromSql(paths)).toThrow(message);
    expect(() => indexesFromSql(paths)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });
});
