// Whatever stands in a name or a fragment: it is refused, or exactly one index results and nothing
// else has happened.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { parseIndexArgs } from "../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { ident } from "../../providers/pgindex/src/engine/text/sql.ts";
import { record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { fingerprint } from "../support/server/fingerprint.ts";

vi.setConfig({ testTimeout: 900_000 });
let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE canary (a int, b text, c text)");
  await db.query("INSERT INTO canary VALUES (1, 'x', 'y'), (2, 'z', NULL)");
});
afterAll(() => db.drop());

const STATEMENT = "; DROP TABLE canary; --";
const TEXTS = [
  ..."'\"\\;$\n\0%_ \t",
  ...[
    "''",
    '""',
    "\\'",
    "$$",
    "$a$",
    "--",
    "/*",
    "*/",
    "E'",
    "U&'",
    "::text",
    "\r\n",
    "é",
    "😀",
    "\u202e",
  ],
  ...[
    `'${STATEMENT}`,
    `"${STATEMENT}`,
    `)${STATEMENT}`,
    `$$${STATEMENT}`,
    `\n${STATEMENT}`,
    `\\'${STATEMENT}`,
  ],
  ...[
    "a",
    "b",
    "1",
    "lower(b)",
    "a > 0",
    "canary",
    "select",
    "union select",
    "current_user",
    " = ",
    ", ",
    "x".repeat(70),
  ],
];

const text = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...TEXTS) },
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((pieces) => pieces.join(""));

const BASE = { table: "canary", name: "fuzz_idx", columns: ["a"] };

/**
 * Where a text of the program's goes, each alone, so that one refusal does not hide another place.
 */
const PLACES: Readonly<Record<string, (value: string) => Record<string, unknown>>> = {
  name: (name) => ({ name }),
  table: (table) => ({ table }),
  schema: (schema) => ({ schema }),
  column: (column) => ({ columns: [column] }),
  include: (column) => ({ include: [column] }),
  expression: (expression) => ({ columns: [{ expression }] }),
  predicate: (predicate) => ({ predicate }),
  comment: (comment) => ({ comment }),
  collation: (collation) => ({ columns: [{ column: "b", collation }] }),
  "operator class": (operatorClass) => ({ columns: [{ column: "b", operatorClass }] }),
  "operator class's parameter": (value) => ({
    columns: [
      { column: "b", operatorClass: "text_ops", operatorClassParameters: { siglen: value } },
    ],
  }),
  "name of an operator class's parameter": (value) => ({
    columns: [{ column: "b", operatorClass: "text_ops", operatorClassParameters: { [value]: 1 } }],
  }),
  "storage parameter": (value) => ({ storageParameters: { fillfactor: value } }),
  "name of a storage parameter": (value) => ({ storageParameters: { [value]: "70" } }),
  "access method": (accessMethod) => ({ accessMethod }),
  tablespace: (tablespace) => ({ tablespace }),
  "search path": (schema) => ({ searchPath: [schema], columns: [{ expression: "lower(b)" }] }),
};

/** Builds it if it can be built, and gives the name of the index. */
async function attempt(change: Record<string, unknown>): Promise<string | undefined> {
  const parsed = await parseIndexArgs({ ...BASE, ...change });
  if (parsed.kind !== "ok") {
    expect(parsed.kind).toBe("problems");
    return undefined;
  }
  try {
    await ensureIndex({ database: targetOf(db.url), desired: parsed.value, ctx: record().ctx });
    return parsed.value.name;
  } catch (error) {
    expect(error).toBeInstanceOf(PgIndexError);
    return undefined;
  }
}

test.each(Object.entries(PLACES))("%s", async (_place, put) => {
  const before = await fingerprint(db);
  await fc.assert(
    fc.asyncProperty(text, async (value) => {
      const built = await attempt(put(value));
      if (built !== undefined) {
        const found = await db.query(
          "SELECT c.relname AS name, indisvalid AS valid FROM pg_index JOIN pg_class c ON " +
            "c.oid = indexrelid WHERE indrelid = 'canary'::regclass",
        );
        expect(found).toEqual([{ name: built, valid: true }]);
        await db.query(`DROP INDEX ${ident(built)}`);
      }
      expect(await fingerprint(db)).toEqual(before);
    }),
    { numRuns: 10, seed: 20261122 },
  );
});

test("hostile names of a table and its columns are only names", async () => {
  const names = TEXTS.filter((name) => !name.includes("\0") && Buffer.byteLength(name) < 60);
  for (const name of names.filter((each) => each.length > 1)) {
    await db.query(`CREATE TABLE ${ident(`t${name}`)} (${ident(name)} text)`);
    const expression = `lower(${ident(name)})`;
    const args = {
      table: `t${name}`,
      name: `i${name}`,
      columns: [name, { expression }],
      comment: name,
    };
    expect(await attempt(args)).toBe(`i${name}`);
    const found = await db.query(
      "SELECT obj_description(c.oid, 'pg_class') AS comment, attname AS column FROM pg_class " +
        "c JOIN pg_attribute ON attrelid = c.oid AND attnum = 1 WHERE relname = $1",
      [`i${name}`],
    );
    expect(found).toEqual([{ comment: name, column: name }]);
    await db.query(`DROP TABLE ${ident(`t${name}`)}`);
  }
  expect(await db.query("SELECT count(*)::int AS n FROM canary")).toEqual([{ n: 2 }]);
});
