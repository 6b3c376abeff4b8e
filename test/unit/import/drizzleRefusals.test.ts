import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { index } from "drizzle-orm/pg-core";
import { describe, expect, test } from "vitest";
import * as phase3 from "../../../drizzle/schema.ts";
import { loadDrizzleOrm } from "../../../providers/pgindex/src/import/drizzle/drizzleOrm.ts";
import { readDrizzleSchema } from "../../../providers/pgindex/src/import/drizzle/drizzleSchema.ts";
import { indexesFromDrizzle } from "../../../providers/pgindex/src/import/indexesFromDrizzle.ts";
import { docs, type Extras } from "../../support/import/drizzleTables.ts";

test("order beside an operator class is left out, as drizzle-kit leaves it out, and noted", () => {
  const table = docs((t) => [index("i").on(t.email.desc().op("text_pattern_ops"))]);
  const { found, notes } = readDrizzleSchema([{ table }], loadDrizzleOrm(undefined));
  expect(found[0]?.columns).toEqual([{ column: "email", operatorClass: "text_pattern_ops" }]);
  expect(notes).toEqual([expect.stringMatching(/^public\.i: drizzle-kit omits order and nulls/)]);
});

describe("what drizzle-kit could not build either is refused with advice", () => {
  const refused: readonly (readonly [string, Extras, RegExp])[] = [
    [
      "an expression without a name",
      (t) => [index().on(sql`lower(${t.email})`)],
      /^an index on an expression of the Drizzle table docs has no name/,
    ],
    [
      "an expression without brackets",
      (t) => [index("i").on(sql`${t.id} + 1`)],
      /^PostgreSQL cannot parse the SQL of the index i on docs .*\n {2}why: .*syntax error/,
    ],
    [
      "two of one name",
      (t) => [index("i").on(t.id), index("i").on(t.at)],
      /^the Drizzle schema has two indexes public\.i/,
    ],
  ];
  test.each(refused)("%s", (_, extras, message) => {
    expect(() => indexesFromDrizzle({ docs: docs(extras) })).toThrow(message);
  });

  test("no table", () => {
    expect(() => indexesFromDrizzle({ phase3 })).toThrow(/^the Drizzle schema has no tables\n/);
  });
});

test("without drizzle-orm, or with an old one, the way to install it is told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pgindex-drizzle-"));
  const place = [join(folder, "program.js")];
  expect(() => loadDrizzleOrm(undefined, place)).toThrow(
    /drizzle-orm is not installed\n.*npm install/s,
  );

  const old = join(folder, "node_modules", "drizzle-orm");
  await mkdir(old, { recursive: true });
  await writeFile(join(old, "version.js"), 'exports.npmVersion = "0.30.10";');
  expect(() => loadDrizzleOrm(undefined, place)).toThrow(/^cannot read .* drizzle-orm 0\.30\.10\n/);
  await rm(folder, { recursive: true });
});
