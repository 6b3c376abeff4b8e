import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgindex } from "../../support/tools/cli.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgindex-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

const MIGRATION = "drizzle/migrations/0013_sticky_skreet.sql";

const PROGRAM = `// Written by pgindex import.
import * as pgindex from "pulumi-pgindex";

new pgindex.Index("conversation_messages_state_created_idx", {
  table: "conversation_messages",
  name: "conversation_messages_state_created_idx",
  columns: ["conversation_state_id", "created_at"],
});

new pgindex.Index("conversation_states_patient_active_expires_idx", {
  table: "conversation_states",
  name: "conversation_states_patient_active_expires_idx",
  columns: ["patient_id", "is_active", "expires_at"],
});
`;

test("a migration becomes a program", async () => {
  expect(await pgindex(["import", "--sql", MIGRATION])).toEqual({ code: 0, out: PROGRAM, err: "" });
});

test("a Drizzle schema gives what its migration gives", async () => {
  const args = ["--json", "--drizzle", "drizzle/schema.ts"];
  const schema = JSON.parse((await pgindex(["import", ...args])).out);
  const migration = JSON.parse((await pgindex(["import", "--json", "--sql", MIGRATION])).out);
  expect(schema.indexes).toHaveLength(2);
  expect(schema.indexes).toEqual(expect.arrayContaining(migration.indexes));
});

test("an array is written to a file, which is not overwritten unasked", async () => {
  const file = join(folder, "indexes.ts");
  const args = ["import", "--array", "--sql", MIGRATION, "--out", file];
  expect(await pgindex(args)).toEqual({
    code: 0,
    out: "",
    err: `${file}: 2 declared, 0 not declared\n`,
  });
  expect(await readFile(file, "utf8")).toMatch(
    /^.*\nimport type \{ IndexArgs \} .*\n\nexport const indexes = \[\n {2}\{\n.*\] satisfies IndexArgs\[\];\n$/s,
  );
  expect(await pgindex(args)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/it already exists\n/),
  });
  expect(await pgindex([...args, "--force"])).toMatchObject({ code: 0 });
});

test("migrations are read in their order, as one history", async () => {
  const files = ["0013_sticky_skreet.sql", "0000_clever_mordo.sql"].map(
    (name) => `drizzle/migrations/${name}`,
  );
  const { out } = await pgindex(["import", "--json", "--sql", ...files]);
  expect(JSON.parse(out).indexes).toHaveLength(2);
});

const SECRET = "postgresql://admin:s3cret@db.example.org/shop";

/** Arguments that are refused, and what is said. */
const REFUSED: readonly (readonly [string, readonly string[], RegExp])[] = [
  ["a URL as an argument", ["import", "--database-url", SECRET], /^a database URL cannot be given/],
  ["a URL as an argument with =", ["import", `--database-url=${SECRET}`], /^a database URL cannot/],
  [
    "a URL as the name of a variable",
    ["import", "--database-url-env", SECRET],
    /^a database URL cannot be given/,
  ],
  ["a URL as an unknown option", ["import", `--db=${SECRET}`], /^error: unknown option/],
  ["a URL as a word", ["import", SECRET], /^error: too many arguments/],
  ["a file as a word", ["import", MIGRATION], /too many arguments.*\(files follow --sql/s],
  ["a word too many", ["doctor", "x"], /too many arguments.*\(add --help/s],
  ["a variable that is not set", ["import", "--database-url-env", "NOPE"], /NOPE is not set/],
  [
    "a variable that holds no URL",
    ["import", "--database-url-env", "BAD"],
    /^cannot read the database URL/,
  ],
  ["two sources", ["import", "--sql", MIGRATION, "--drizzle", "x.ts"], /cannot be read together/],
  ["a table of SQL", ["import", "--sql", MIGRATION, "--table", "x"], /no --table can be given/],
  ["a schema of Drizzle", ["import", "--drizzle", "x.ts", "--schema", "x"], /neither --schema/],
  ["a schema that is not there", ["import", "--drizzle", "no.ts"], /^cannot load the Drizzle/],
  ["a wrong casing", ["import", "--casing", "kebab"], /Allowed choices are snake_case/],
  ["an unknown command", ["imprt"], /unknown command 'imprt'/],
];

describe("what is wrong is told on stderr, and a URL never is", () => {
  test.each(REFUSED)("%s", async (_, args, message) => {
    const { code, out, err } = await pgindex(args, { BAD: "postgresql://admin:s3cret@[" });
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(message);
    expect(err).not.toContain("s3cret");
  });

  test("as JSON too, when JSON was asked for", async () => {
    const { out } = await pgindex(["import", "--json", "--sql", "no.sql"]);
    expect(JSON.parse(out).error).toMatchObject({
      what: expect.stringMatching(/^cannot read the file no\.sql/),
      fix: "check the path",
    });
  });
});

test("the help has the version, the commands and examples", async () => {
  const { version } = JSON.parse(await readFile("providers/pgindex/package.json", "utf8"));
  expect(await pgindex(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  expect((await pgindex(["--help"])).out).toMatch(/^Usage: pgindex .*import /s);
  const { out } = await pgindex(["import", "--help"]);
  expect(out).toMatch(/--database-url-env <name>.*\$ pgindex import --sql/s);
  expect(out).toMatch(/--database-url <url> .* without a password/);
});
