// PostgreSQL's own regression tests, a statement at a time, where a program may write an expression
// or a query.
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { canonicalize } from "../../providers/pgindex/src/engine/compare/forms/canonicalize.ts";
import { parseIndexArgs } from "../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { measureAll } from "../../providers/pgindex/src/engine/measure/measure.ts";
import {
  type ParsedQuery,
  parseServedQueries,
} from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { record, targetOf } from "../support/engine/engine.ts";
import { regressionStatements } from "../support/regression/regression.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { fingerprint } from "../support/server/fingerprint.ts";

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 300_000 });
const statements = regressionStatements();
const target = () => targetOf(db.url);
let db: TestDatabase;
let unguarded: TestDatabase;
beforeAll(async () => {
  db = await createCanary();
  unguarded = await createCanary();
});
afterAll(async () => {
  await db.drop();
  await unguarded.drop();
});

/** What many of the statements write to is a view of the canary. */
async function createCanary(): Promise<TestDatabase> {
  const created = await createDatabase();
  await created.query("CREATE TABLE canary (a int, b text)");
  await created.query("INSERT INTO canary VALUES (1, 'x'), (2, 'y')");
  await created.query("CREATE INDEX canary_idx ON canary (a)");
  await created.query("CREATE VIEW y AS SELECT a FROM canary");
  return created;
}

/** The statement, and what a careless copy has of it: what it returns, its condition. */
function fragments(): string[] {
  const texts = statements.flatMap((text) => [
    text,
    text.replace(/^select\s+/i, ""),
    text.replace(/^.*\bwhere\s+/is, ""),
  ]);
  return [...new Set(texts)];
}

test("run as they are, they change the canary, so that the next tests can fail", async () => {
  const before = await fingerprint(unguarded);
  const writing = statements.filter((text) => /^WITH\b.*\b(INTO|FROM|UPDATE) y\b/is.test(text));
  for (const text of writing) await unguarded.query(text).catch(() => undefined);
  expect(writing.length).toBeGreaterThan(20);
  expect(await fingerprint(unguarded)).not.toEqual(before);
});

test.each(["expression", "predicate"])(
  "as an index's %s: refused, or one index on a copy",
  async (place) => {
    const before = await fingerprint(db);
    const options = { purpose: "test", searchPath: [], writable: true };
    const session = await openSession(target(), options);
    const counts = { refused: 0, onServer: 0 };
    for (const text of fragments()) {
      const columns = place === "expression" ? [{ expression: text }] : ["a"];
      const predicate = place === "predicate" ? text : undefined;
      const parsed = await parseIndexArgs({ table: "canary", name: "i", columns, predicate });
      if (parsed.kind !== "ok") counts.refused += 1;
      else {
        counts.onServer += 1;
        expect((await canonicalize(session, parsed.value)).kind).toMatch(/ok|refused/);
      }
    }
    expect(counts.refused).toBeGreaterThan(1_700);
    expect(counts.onServer).toBeGreaterThan(250);
    await session.close();
    expect(await fingerprint(db)).toEqual(before);
  },
);

test("as a query: refused, or it changes nothing", async () => {
  const before = await fingerprint(db);
  const queries: ParsedQuery[] = [];
  for (const [i, sql] of statements.entries()) {
    const query = { name: String(i), sql, runs: 1, timeout: "200ms" };
    const parsed = await parseServedQueries([query]);
    if (parsed.kind === "ok") queries.push(...parsed.value);
  }
  expect(queries.length).toBeGreaterThan(600);
  expect(statements.length - queries.length).toBeGreaterThan(600);
  const index = { schema: "public", table: "canary", name: "canary_idx" };
  const { queries: measured } = await measureAll({
    database: target(),
    index,
    queries,
    searchPath: ["public"],
    ctx: record().ctx,
  });
  expect(measured).toHaveLength(queries.length);
  const messages = measured.map(({ failure }) => failure?.message ?? "");
  // The server refused it because it writes: the parser should have.
  expect(messages.filter((message) => message.includes("SQLSTATE 25006"))).toEqual([]);
  // What outlives a transaction that is rolled back would not be seen below.
  const lasting = messages.filter((_, i) =>
    /\b(nextval|setval|pg_advisory_lock|lo_(creat|put|export|import))/.test(queries[i]?.sql ?? ""),
  );
  expect(lasting.length).toBeGreaterThan(20);
  for (const message of lasting) expect(message).toContain("it calls pg_catalog.");
  expect(await fingerprint(db)).toEqual(before);
});
