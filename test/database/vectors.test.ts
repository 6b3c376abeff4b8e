// pgvector, vectorscale and pg_textsearch themselves: progress, changes, memory and served queries.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { hold, settle, until } from "../support/engine/engineDatabase.ts";
import { ensure, expectChange, titled } from "../support/engine/parameterChange.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { describeUnless, useServer, vectorServer } from "../support/server/ownServer.ts";
import { CHANGES, L2, REFUSED } from "./vectorCases.ts";

const HNSW = { table: "t", name: "i", accessMethod: "hnsw", columns: [L2] };
const IVFFLAT = { ...HNSW, accessMethod: "ivfflat" };

const { problem, ...options } = vectorServer();

describeUnless(problem, "an index of vectors", () => {
  const server = useServer(options);
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createDatabase(server().url);
    await db.query("CREATE EXTENSION vectorscale CASCADE");
    for (const name of ["pg_textsearch", "pageinspect"]) await db.query(`CREATE EXTENSION ${name}`);
    await db.query(`CREATE FUNCTION held(v vector) RETURNS vector IMMUTABLE LANGUAGE plpgsql
      SET search_path = public AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN v; END'`);
    await db.query(
      "CREATE TABLE wide (e vector(3000), h halfvec(5000), u vector, b bit(70000), s sparsevec(9), t text)",
    );
  });
  afterEach(async () => {
    await settle(db);
    await db.query("DROP TABLE IF EXISTS t");
  });
  afterAll(() => db.drop());

  async function fill(rows: number, dimensions = 64): Promise<void> {
    await db.query(`CREATE TABLE t (id int, e vector(${dimensions}), body text)`);
    await db.query(
      `INSERT INTO t SELECT i, (SELECT array_agg(random()) FROM generate_series(1, ${dimensions})
                                 WHERE i > 0)::vector, 'word ' || i
         FROM generate_series(1, ${rows}) i`,
    );
  }

  test.each(CHANGES.map(titled))("%s", async (_, change) => {
    await fill(300);
    await expectChange(db, change);
  });

  test("hnsw: progress, and how much memory would have kept the graph in it", async () => {
    await fill(2500);
    // Statistics of the table would tell another number of rows.
    const part = { ...HNSW, predicate: "id % 20 <> 0" };
    await db.query("ANALYZE t");
    const little = { ...part, buildSettings: { maintenanceWorkMem: "1MB" } };
    expect(await previewIndex(targetOf(db.url), await declare(little))).toContain(
      "little-memory: hnsw takes about 2 MB of memory while it is built, and maintenance_work_mem is 1 MB: " +
        "what does not fit is built on disk, many times slower: " +
        'set buildSettings: { maintenanceWorkMem: "3MB" }',
    );
    const { lines, statuses } = await ensure(db, little);
    expect(statuses.join("\n")).toMatch(
      /^building index: loading tuples, step 3 of 8, blocks \d+ of \d+, /m,
    );
    const [said = "", number = "", ...more] = lines;
    expect(said).toMatch(/^warning: build i: PostgreSQL says: hnsw graph no longer fits/);
    expect(number).toMatch(
      /^warning: the graph no longer fits into maintenance_work_mem \(1MB\), which was full after \d+ % of the table/,
    );
    expect(more).toEqual([]);
    await db.query("DROP INDEX i");
    const [, maintenanceWorkMem] = /maintenanceWorkMem: "(\w+)"/.exec(number) ?? [];
    expect(maintenanceWorkMem).toBe("3MB");
    const enough = await ensure(db, { ...part, buildSettings: { maintenanceWorkMem } });
    expect(enough.lines).toEqual([]);
  });

  test("ivfflat: the memory that its lists need, and the size of an index of large values", async () => {
    await fill(1400, 1536);
    await db.query("ANALYZE t");
    const built = (maintenanceWorkMem = "1MB"): Args => ({
      ...IVFFLAT,
      buildSettings: { maintenanceWorkMem },
    });
    const foreseen = (await previewIndex(targetOf(db.url), await declare(built()))).join("\n");
    expect(foreseen).toMatch(/^needs about 11 MB$/m);
    expect(foreseen).toMatch(
      /^little-memory: ivfflat takes about 60 MB of memory .* is 1 MB: without, it is refused: set .*"73MB"/m,
    );
    const { message } = await failureOf(ensure(db, built()));
    expect(message).toMatch(
      /memory required is (6\d) MB.*\n.*INVALID leftover was dropped\n +fix: set buildSettings: \{ maintenanceWorkMem: "\1MB" \}, then run pulumi up\n +or: +lower storageParameters\.lists/,
    );
    const { outputs } = await ensure(db, built(/"(\w+)"/.exec(message)?.[1]));
    expect(outputs.sizeBytes / 1024 ** 2).toBeCloseTo(11.5, 0);
  });

  test("ivfflat: its own phases", async () => {
    await fill(100);
    const gate = await hold(db, "BEGIN", "SELECT pg_advisory_xact_lock(7)");
    const held = { expression: "held(e)::vector(64)", operatorClass: "vector_l2_ops" };
    const { ctx, statuses } = record();
    const desired = await declare({ ...IVFFLAT, columns: [held], storageParameters: { lists: 5 } });
    const built = ensureIndex({ database: targetOf(db.url), desired, ctx });
    const phase = /^building index: performing k-means, step 3 of 8, /;
    await until("k-means is shown", async () => statuses.some((line) => phase.test(line)));
    await gate.release();
    expect(await built).toMatchObject({ live: { valid: true } });
  });

  test("a method of two extensions names the one that the server has", async () => {
    const bare = await createDatabase(server().url);
    await bare.query("CREATE TABLE t (body text)");
    const desired = await declare({
      table: "t",
      name: "i",
      columns: ["body"],
      accessMethod: "bm25",
    });
    const { message } = await failureOf(previewIndex(targetOf(bare.url), desired));
    expect(message).toMatch(/fix: run: CREATE EXTENSION pg_textsearch;/);
    await bare.drop();
  });

  test.each(REFUSED)("%s", async (_, args, why, fix) => {
    const desired = await declare({ table: "wide", name: "i", ...args });
    const error = await failureOf(previewIndex(targetOf(db.url), desired));
    expect(error).toBeInstanceOf(PgIndexError);
    const { advice } = error as PgIndexError;
    expect(`${advice.what}\n${advice.why}`).toMatch(why);
    expect(`${advice.fix}\n${advice.otherwise}`).toMatch(fix);
  });

  test("a query of the nearest is measured with the plan that it gets", async () => {
    await fill(2000);
    await ensure(db, HNSW);
    await db.query("ANALYZE t");
    const parsed = await parseServedQueries([
      {
        name: "nearest",
        sql: "SELECT id FROM t ORDER BY e <-> $1::vector LIMIT 5",
        sample: "SELECT e FROM t ORDER BY id LIMIT 3",
        runs: 2,
      },
    ]);
    if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
    const index = { schema: "public", table: "t", name: "i" };
    const request = {
      database: targetOf(db.url),
      index,
      searchPath: ["public"],
      ctx: record().ctx,
    };
    const [measured] = await measureQueries({ ...request, queries: parsed.value });
    expect(measured).toMatchObject({
      measurement: { usesIndex: true, index: "i", rows: 5, genericPlan: { usesIndex: true } },
      plan: { nodes: [{ node: "Limit" }, { node: "Index Scan", index: "i", relation: "t" }] },
    });
  });
});
