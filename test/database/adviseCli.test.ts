// The commands as a person types them; the workload is a real one's, in pg_stat_statements.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { adviseOutput } from "../../providers/pgindex/src/cli/advise/schemas.ts";
import { createDatabase, type TestDatabase, withClient } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";
import { pgindex } from "../support/tools/cli.ts";

const server = useServer({
  name: "advise",
  version: "18",
  settings: { shared_preload_libraries: "pg_stat_statements", fsync: "off" },
});

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "advise-"));
  db = await createDatabase(server().url);
  await db.query(`
    CREATE ROLE app LOGIN PASSWORD 'x';
    CREATE ROLE reader LOGIN PASSWORD 'x';
    CREATE TABLE t (id int PRIMARY KEY, owner int, note text);
    GRANT SELECT, INSERT ON t TO app;
    INSERT INTO t SELECT i, i % 5000, md5(i::text) FROM generate_series(1, 50000) i`);
  // What a session counts, it hands over seconds later: the rows above would pass for changes after ANALYZE.
  await db.query("SELECT pg_stat_force_next_flush()");
  await db.query("VACUUM ANALYZE t");
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function as(user: string): Record<string, string> {
  return { DATABASE_URL: Object.assign(new URL(db.url), { username: user, password: "x" }).href };
}
const env = () => ({ DATABASE_URL: db.url });

const SAMPLE = "docs/advise.txt";

/** Without figures, and the width of columns. */
function formOf(text: string): string {
  return text
    .replaceAll(/\d[\d,.]*/g, "#")
    .replaceAll(/ +/g, " ")
    .replaceAll(/─+/g, "─");
}

function fileOf(text: string | Buffer): string {
  const file = join(folder, "queries.sql");
  writeFileSync(file, text);
  return file;
}

describe("the workload of pg_stat_statements", () => {
  test("says what to do without the extension", async () => {
    const { code, out, err } = await pgindex(["advise", "--json"], env());
    expect(code).toBe(3);
    expect(err).toMatch(
      /could not look, because the database has no extension pg_stat_statements; do: put it into/,
    );
    expect(JSON.parse(out)).toMatchObject({
      couldNotLook: expect.stringMatching(/no extension/),
      error: { code: "could-not-look", exitCode: 3 },
    });
    expect((await pgindex(["advise"], { DATABASE_URL: "postgres://localhost:1/x" })).code).toBe(3);
  });

  test("is normalized, of all roles, and leads to a declaration", async () => {
    await db.query("CREATE EXTENSION pg_stat_statements");
    await db.query("SELECT pg_stat_statements_reset()");
    const empty = await pgindex(["advise"], env());
    expect(empty).toMatchObject({
      code: 3,
      err: expect.stringMatching(/no statement of (this|pg_stat)/),
    });
    await withClient(as("app").DATABASE_URL ?? "", async (client) => {
      for (let i = 0; i < 20; i += 1) {
        await client.query("SELECT * FROM t WHERE owner = $1 AND note <> 'a'", [i]);
        // Fewer, so that it takes less of the workload on whichever machine.
        if (i < 5) await client.query(`SELECT count(*) FROM t WHERE owner = ${i}`);
        await client.query(`INSERT INTO t VALUES (${100_000 + i}, 1, 'x')`);
        await client.query("BEGIN");
        await client.query("COMMIT");
      }
    });
    const { code, out, err } = await pgindex(["advise", "--json"], env());
    expect(err).toMatch(/^DATABASE_URL: \S+ as \S+\ndatabase \w+@/);
    expect(code).toBe(2);
    const advised = JSON.parse(out);
    expect(adviseOutput.safeParse(advised).error).toBeUndefined();
    expect(advised.source).toMatch(/^pg_stat_statements since 20\d\d-/);
    expect(advised.proposals).toHaveLength(1);
    expect(advised.proposals[0].declaration).toMatchObject({
      table: "t",
      name: "t_owner_idx",
      columns: ["owner"],
      serves: expect.arrayContaining([
        expect.objectContaining({ sample: "SELECT owner FROM t LIMIT 5" }),
      ]),
    });
    expect(advised.proposals[0].queries[0]).toMatchObject({
      calls: 20,
      origin: expect.stringMatching(/^queryid -?\d+$/),
      timeShare: expect.any(Number),
    });
    expect(advised.skipped.utility).toBeGreaterThan(0);
  });

  test("as a program to paste, and as a table", async () => {
    const { out } = await pgindex(["advise", "--format", "ts"], env());
    expect(out).toMatch(/^\/\/ Proposed by pgindex advise for the workload of pg_stat_statements/);
    expect(out).toContain(
      'new pgindex.Index("t_owner_idx", {\n  table: "t",\n  name: "t_owner_idx"',
    );
    expect(out).toContain('columns: ["owner"],\n  serves: [\n');
    const table = await pgindex(["advise"], env());
    expect(table.code).toBe(2);
    expect(table.out).toMatch(/Seq Scan → (Bitmap Heap Scan|Index Scan) by t_owner_idx/);
    expect(table.out).toContain("that plan nothing");
    // docs/advise.md shows it: SAMPLES=write makes it anew.
    if (process.env.SAMPLES === "write") writeFileSync(SAMPLE, table.out);
    expect(formOf(table.out)).toBe(formOf(readFileSync(SAMPLE, "utf8")));
  });

  test("that our role may not see, or whose statistics it may not, is no all-clear", async () => {
    const hidden = await pgindex(["advise"], as("reader"));
    expect(hidden.code).toBe(3);
    expect(hidden.err).toMatch(
      /the role reader may not see the statements of others; do: GRANT pg_/,
    );
    await db.query("GRANT pg_read_all_stats TO reader");
    const blind = await pgindex(["advise"], as("reader"));
    expect(blind.code).toBe(3);
    expect(blind.err).toMatch(/our role sees no statistics of public\.t: GRANT SELECT/);
    await db.query("GRANT SELECT ON t TO reader");
    expect((await pgindex(["advise"], as("reader"))).code).toBe(2);
  });

  test("that is served already needs nothing", async () => {
    await db.query("CREATE INDEX t_owner_idx ON t (owner)");
    const { code, out } = await pgindex(["advise"], env());
    expect(out).toContain("No index would help it enough to be worth it.");
    expect(code).toBe(0);
  });
});

describe("a file", () => {
  type Row = readonly [content: string | Buffer, said: RegExp];
  const ROWS: readonly Row[] = [
    [
      "SELECT 1;\n\nSELECT * FRM t;",
      /queries\.sql:3 is not SQL that PostgreSQL can parse: syntax error/,
    ],
    [
      "SELECT * FROM t WHERE owner = ?;",
      /queries\.sql:1 is not SQL[\s\S]*write a placeholder as \$1/,
    ],
    ["", /queries\.sql has no query/],
    ["BEGIN; COMMIT;", /has no query: none of its 2 statements is planned/],
    [Buffer.from([0xff, 0xd8, 0x00]), /is not a file of queries: it is no text in UTF-8/],
    ['{"queries": []}', /queries\.sql:1 is not SQL/],
    [
      "-- calls: many\nSELECT * FROM t;",
      /queries\.sql:2: the comment before the query has no number/,
    ],
  ];
  test.each(ROWS)("%j", async (content, said) => {
    const { code, out, err } = await pgindex(["advise", "--queries", fileOf(content)], env());
    expect(err).toMatch(said);
    expect({ code, out }).toEqual({ code: 1, out: "" });
  });

  test("that is not there", async () => {
    const { code, err } = await pgindex(["advise", "--queries", join(folder, "gone")], env());
    expect(code).toBe(1);
    expect(err).toMatch(/cannot read .*gone: ENOENT/);
  });

  test("with a statement that the copy cannot plan says so", async () => {
    const file = fileOf("SELECT * FROM t WHERE nobody = $1;\nSELECT * FROM t WHERE note = 'a';");
    const { code, out } = await pgindex(["advise", "--queries", file, "--json"], env());
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      statements: 1,
      unplanned: [{ origin: "line 1", reason: 'column "nobody" does not exist' }],
    });
  });
});
