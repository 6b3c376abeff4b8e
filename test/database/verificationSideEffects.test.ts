// A text of `serves` is the program's own, and still must do nothing: not as a superuser, not by
// mistake.
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const INDEX = { schema: "public", table: "t", name: "t_idx" };
let db: TestDatabase;
let victim: { pid: number; isOpen: () => Promise<boolean> };
beforeAll(async () => {
  db = await createDatabase();
  for (const statement of [
    "CREATE TABLE t AS SELECT n AS a FROM generate_series(1, 100) n",
    "CREATE INDEX t_idx ON t (a)",
    "CREATE TABLE log (a int)",
    "CREATE SEQUENCE counter",
    "CREATE FUNCTION writes() RETURNS int LANGUAGE sql AS 'INSERT INTO log VALUES (1) RETURNING a'",
    "CREATE FUNCTION reads() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION stable() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
    "CREATE FUNCTION lies() RETURNS int LANGUAGE plpgsql STABLE AS $$ BEGIN EXECUTE 'INSERT " +
      "INTO log VALUES (1)'; RETURN 1; END $$",
    'CREATE SCHEMA "Other"',
    `CREATE FUNCTION "Other"."Odd ""name"() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
  ])
    await db.query(statement);
  const client = await db.connect();
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const isOpen = () =>
    client.query("SELECT").then(
      () => true,
      () => false,
    );
  victim = { pid: rows[0]?.pid ?? 0, isOpen };
});
afterAll(() => db.drop());

async function measure(query: Readonly<Record<string, unknown>>): Promise<unknown> {
  const parsed = await parseServedQueries([{ name: "q", runs: 1, ...query }]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return measureQueries({
    database: targetOf(db.url),
    index: INDEX,
    queries: parsed.value,
    searchPath: ["public"],
    ctx: record().ctx,
  });
}

/**
 * Everything that a query could have changed: contents, counters, roles, settings, locks that stay,
 * other sessions.
 */
async function fingerprint(): Promise<unknown> {
  const rows = await db.query(`
    SELECT (SELECT count(*) FROM log) AS logged, (SELECT last_value FROM counter) AS counter,
           (SELECT count(*) FROM pg_class) AS relations,
           (SELECT count(*) FROM pg_largeobject_metadata) AS objects,
           (SELECT count(*) FROM pg_replication_slots WHERE slot_name = 's') AS slots,
           (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
           AND database = (SELECT oid FROM pg_database
           WHERE datname = current_database())) AS locks`);
  return { rows, victim: await victim.isOpen(), file: existsSync(join(tmpdir(), db.name)) };
}

describe("refused before it runs: functions that a read-only transaction does not stop", () => {
  const calls: readonly (readonly [name: string, call: () => string])[] = [
    ["pg_terminate_backend", () => `pg_terminate_backend(${victim.pid})`],
    ["pg_cancel_backend", () => `pg_catalog.pg_cancel_backend(${victim.pid})`],
    ["pg_read_file", () => "length(pg_read_file('PG_VERSION'))"],
    ["pg_ls_dir", () => "(SELECT count(*) FROM pg_ls_dir('.'))"],
    ["lo_import", () => "lo_import('/etc/hostname')"],
    ["lo_export", () => `lo_export(lo_creat(-1), '${join(tmpdir(), db.name)}')`],
    ["pg_reload_conf", () => "pg_reload_conf()"],
    ["set_config", () => "set_config('transaction_read_only', 'off', false)"],
    ["pg_advisory_lock", () => "pg_advisory_lock(1)"],
    ["pg_create_physical_replication_slot", () => "pg_create_physical_replication_slot('s')"],
    ["pg_logical_emit_message", () => "pg_logical_emit_message(false, 'a', 'b')"],
    ["query_to_xml", () => "query_to_xml('DELETE FROM log', true, true, '')"],
    ["nextval", () => "nextval('counter')"],
    ["setval", () => "setval('counter', 99)"],
    ["pg_notify", () => "pg_notify('a', 'b')"],
    ["pg_stat_reset", () => "pg_stat_reset()"],
    ["public.writes", () => "writes()"],
    ["public.reads", () => '"public".reads()'],
    ['Other.Odd "name', () => '"Other"."Odd ""name"()'],
  ];

  test.for(calls)("%s, wherever it stands", async ([name, call]) => {
    const before = await fingerprint();
    const places = [
      { sql: `SELECT a, ${call()} FROM t WHERE a = 1` },
      {
        sql:
          `WITH w AS (SELECT ${call()} AS x) SELECT a FROM t WHERE a IN (SELECT 1 FROM w ORDER ` +
          `BY ${call()})`,
      },
      {
        sql: `SELECT a FROM t WHERE a = $1 UNION ALL VALUES (length((${call()})::text))`,
        values: [1],
      },
      { sql: "SELECT a FROM t WHERE a = $1", sample: `SELECT a FROM t ORDER BY ${call()}` },
    ];
    for (const query of places)
      await expect(measure(query)).rejects.toThrow(new RegExp(`it calls .*${name}[^]*nothing ran`));
    expect(await fingerprint()).toEqual(before);
  });

  test("functions that do nothing, and those declared to read only, are measured", async () => {
    const sql = "SELECT stable(), clock_timestamp(), a FROM t WHERE a = $1 AND lower('X') = 'x'";
    const sample = "SELECT a FROM t ORDER BY random()";
    expect(await measure({ sql, sample })).toMatchObject([{ measurement: { runs: 1, rows: 1 } }]);
  });
});

describe("stopped by the server: what the names do not tell", () => {
  test("a function that says STABLE and writes", async () => {
    const before = await fingerprint();
    await expect(measure({ sql: "SELECT a, lies() FROM t" })).rejects.toThrow(
      /SQLSTATE (25006|0A000)/,
    );
    expect(await fingerprint()).toEqual(before);
  });
});

describe("refused by the parser, in preview: whatever is not one reading SELECT", () => {
  test.each([
    "COPY (SELECT 1) TO PROGRAM 'touch x'",
    "SET transaction_read_only = off",
    "SET ROLE postgres",
    "DO $$ BEGIN END $$",
    "CALL p()",
    "EXPLAIN ANALYZE DELETE FROM t",
    "VACUUM t",
    "PREPARE p AS DELETE FROM t",
    "LOCK TABLE t",
    "NOTIFY a",
    "COMMIT",
    "SELECT 1; COMMIT; DELETE FROM t",
    "SELECT 1 INTO x",
    "CREATE TABLE x AS SELECT 1",
    "SELECT a FROM t FOR UPDATE",
    "SELECT a FROM (SELECT a FROM t FOR KEY SHARE) s",
    "WITH d AS (DELETE FROM t RETURNING a) SELECT * FROM d",
    "TABLE t; DROP TABLE t",
  ])("%s", async (sql) => {
    const parsed = await parseServedQueries([{ name: "q", sql }]);
    expect(parsed).toMatchObject({ kind: "problems", problems: [{ path: "serves[0].sql" }] });
  });
});
