import type { IndexArgs } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Canary,
  createCanary,
  indexesOf,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { type Opened, openProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int, b text, payload json)",
  "CREATE TABLE other (a int, b text)",
  "CREATE VIEW v AS SELECT a FROM t",
  "CREATE INDEX taken_idx ON other (a)",
  "CREATE INDEX different_idx ON t (b)",
);
let canary: Canary;
let opened: Opened;
let transcript = "";
beforeAll(async () => {
  canary = await createCanary(database());
  opened = await openProvider({ DATABASE_URL: canary.url });
});
afterAll(async () => {
  canary.assertAbsent(transcript);
  await canary.drop();
});

/** The preview has to be refused, without a change of anything. */
async function refusedPreview(args: object): Promise<string> {
  const before = await indexesOf(database());
  const resource = new Resource("index", async () => opened);
  const refused = await refusalOf(resource.preview(args));
  transcript += resource.transcript;
  expect(await indexesOf(database())).toEqual(before);
  return refused;
}

describe("what cannot be built is refused in preview, by one error", () => {
  interface Case {
    readonly what: string;
    readonly args: Partial<IndexArgs> & Readonly<Record<string, unknown>>;
    readonly cause: string;
    readonly fix: string;
  }
  const cases: readonly Case[] = [
    {
      what: "an unknown column",
      args: { columns: ["a", "nope"] },
      cause: 'cannot build index public.wrong_idx on public.t: column "nope" does not exist',
      fix: "check the column's spelling",
    },
    {
      what: "a missing table",
      args: { table: "nowhere" },
      cause: "there is no table public.nowhere",
      fix: "check the arguments table and schema",
    },
    {
      what: "a view",
      args: { table: "v" },
      cause: "public.v is a view",
      fix: "name the table that holds the rows",
    },
    {
      what: "a type without an operator class",
      args: { columns: ["payload"] },
      cause: "data type json has no default operator class",
      fix: "",
    },
    {
      what: "a function that is not immutable",
      args: { columns: [{ expression: "now() - interval '1 day'" }] },
      cause: "functions in index expression must be marked IMMUTABLE",
      fix: "use only IMMUTABLE functions",
    },
    {
      what: "a name over 63 bytes",
      args: { name: "ü".repeat(32) },
      cause: "name is 64 bytes long",
      fix: "shorten it by 1 bytes",
    },
    {
      what: "a fragment that ends the statement",
      args: { predicate: "x) ; drop table t; --" },
      cause: "predicate closes a bracket that it did not open",
      fix: "write one expression only",
    },
    {
      what: "a column name that is a fragment",
      args: { columns: ['a"); drop table t; --'] },
      cause: 'column "a"); drop table t; --" does not exist',
      fix: "check the column's spelling",
    },
    {
      what: "an unknown argument",
      args: { concurrently: true },
      cause: "concurrently is not an argument",
      fix: "remove it, or check its spelling",
    },
    {
      what: "a name that is another table's index",
      args: { name: "taken_idx" },
      cause: "table public.other has an index with that name",
      fix: "give the index another name",
    },
    {
      what: "a name that is a table's",
      args: { name: "other" },
      cause: "a table has that name",
      fix: "give the index another name",
    },
    {
      what: "a valid index of another definition",
      args: { name: "different_idx" },
      cause: "refused: index public.different_idx on public.t exists with another definition",
      fix: "declare what exists, or declare the new definition under another name",
    },
  ];

  test.for(cases)("$what", async ({ args, cause, fix }) => {
    const wrong = { table: "t", name: "wrong_idx", columns: ["a"], ...args };
    const errors = await refusedPreview(wrong);
    expect(errors).toContain(cause);
    expect(errors).toContain(fix);
  });

  test("up refuses a valid index of another definition just the same", async () => {
    const wrong = new Resource("index", async () => opened);
    const args = { table: "t", name: "different_idx", columns: ["a"] };
    expect(await refusalOf(wrong.up(args))).toContain("exists with another definition");
    expect(await indexesOf(database())).toHaveLength(2);
  });

  test("several problems are told at once", async () => {
    const bad = { nme: "x", columns: [], predicate: "a >", nullsNotDistinct: true };
    const errors = await refusedPreview({ table: "t", name: "", ...bad });
    for (const path of ["name is empty", "columns is empty", "predicate ", "nullsNotDistinct has"])
      expect(errors).toContain(path);
    expect(errors).toContain("nme is not an argument");
  });
});
