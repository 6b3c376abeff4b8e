// Any role may own functions in a schema of the search path (public, until 14). None of them may
// ever run as the role that builds.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { verifyIndex } from "../../providers/pgindex/src/engine/verify/verification.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import { exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex, SAYS_WHICH } from "../support/tools/cli.ts";

const SOURCES = join("providers", "pgindex", "src");
const ARGS = { table: "t", name: "t_idx", columns: [{ expression: "lower(a)" }], comment: "old" };
// Qualified: which function an unqualified name means is the program's business, and a VOLATILE one
// of that name is refused.
const QUERY = {
  name: "q",
  sql: "SELECT b FROM t WHERE pg_catalog.lower(a) = $1",
  sample: "SELECT a FROM t",
};

let db: TestDatabase;
let planted = 0;
beforeAll(async () => {
  db = await createDatabase();
  await db.query("CREATE TABLE t (a text, b int)");
  await db.query("INSERT INTO t SELECT n::text, n FROM generate_series(1, 100) n");
  planted = await plantTrojans();
});
afterAll(() => db.drop());

/** Every name in the engine's own texts that stands before a bracket, whether SQL or not. */
function namesInSources(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  const texts = files
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join(SOURCES, file), "utf8"));
  return [...new Set(texts.join("\n").match(/\b[a-z][a-z0-9_]+(?=\()/g))];
}

/**
 * Functions and operators in public that an unqualified call could find before the server's own:
 * with the text type, which an untyped constant or parameter prefers, and with the very types that
 * the catalog's columns have.
 */
async function plantTrojans(): Promise<number> {
  await db.query(`
    CREATE FUNCTION public.strike(name text) RETURNS text LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'a trojan ran: %', name; END $$`);
  const functions = await db.query<{ name: string; args: string }>(
    `SELECT DISTINCT p.proname AS name, array_to_string(ARRAY(
            SELECT CASE WHEN typcategory = ANY (untyped) THEN 'text'
                        WHEN typname IN ('anyelement', 'anycompatible') THEN element
                        ELSE format_type(arg, NULL) END
              FROM unnest(p.proargtypes) WITH ORDINALITY AS a(arg, n)
              JOIN pg_type y ON y.oid = arg ORDER BY n), ', ') AS args
       FROM pg_proc p, (VALUES ('{N,S}'::"char"[]), ('{S}'), ('{}')) AS u(untyped),
            unnest(ARRAY['text', 'name', 'oid', 'smallint', 'integer', 'bigint']) AS element
      WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND p.pronargs > 0
        AND p.provariadic = 0 AND p.proname = ANY ($1)`,
    [namesInSources()],
  );
  let made = 0;
  for (const { name, args } of functions) made += (await plant(name, args)) ? 1 : 0;
  for (const [left, right] of [
    ["oid", "regclass"],
    ["oid", "regnamespace"],
    ["name", "varchar"],
  ]) {
    await db.query(
      `CREATE FUNCTION public.trojan_equal(${left}, ${right}) RETURNS boolean LANGUAGE sql ` +
        "AS 'SELECT public.strike(''='') IS NULL'",
    );
    await db.query(
      `CREATE OPERATOR public.= (LEFTARG = ${left}, RIGHTARG = ${right}, FUNCTION = ` +
        "public.trojan_equal)",
    );
  }
  return made;
}

/** Some types (any, internal) cannot be arguments of such a function. */
async function plant(name: string, args: string): Promise<boolean> {
  const text =
    `CREATE FUNCTION public."${name}"(${args}) RETURNS text LANGUAGE sql AS 'SELECT ` +
    `public.strike(''${name}'')'`;
  return db.query(text).then(
    () => true,
    () => false,
  );
}

async function verification() {
  const queries = await parseServedQueries([QUERY]);
  if (queries.kind !== "ok") throw new Error(JSON.stringify(queries));
  return {
    schema: "public",
    table: "t",
    name: "t_idx",
    queries: queries.value,
    before: [],
    searchPath: ["public"],
  };
}

async function runCommands(state: string): Promise<void> {
  const err = expect.stringMatching(SAYS_WHICH);
  const environment = { DATABASE_URL: db.url, PATH: process.env.PATH ?? "" };
  for (const args of [["import"], ["status", "--state", state]]) {
    const out = expect.stringContaining("t_idx");
    expect(await pgindex(args, environment), args[0]).toMatchObject({ code: 0, err, out });
  }
  expect(await pgindex(["watch"], environment)).toMatchObject({ code: 0, err });
  // What it thinks of this machine is another matter.
  const { out } = await pgindex(["doctor"], environment);
  expect(out).toContain("PostgreSQL");
  expect(out).not.toContain("a trojan ran");
}

test("a trojan is found by an unqualified call, so that the next test can fail", async () => {
  expect(planted).toBeGreaterThan(20);
  await expect(db.query("SELECT pg_try_advisory_lock($1, $2)", [1, 2])).rejects.toThrow(
    /a trojan ran/,
  );
  await expect(db.query("SELECT obj_description(1::oid, 'pg_class')")).rejects.toThrow(
    /a trojan ran/,
  );
});

test("build, refresh, preview, change, verification, the commands and drop run none", async () => {
  const target = targetOf(db.url);
  const { ctx } = record();
  const desired = await declare(ARGS);
  const ensured = await ensureIndex({ database: target, desired, ctx });
  const outputs = toIndexOutputs(ensured, desired, []);
  expect(await refreshIndex(target, outputs)).toMatchObject({ drift: null, valid: true });
  await previewIndex(target, desired, { previous: outputs });
  const verified = await verifyIndex(target, await verification(), ctx);
  expect(verified).toMatchObject({ failures: [], report: { valid: true } });
  const changed = await declare({ ...ARGS, comment: "new", storageParameters: { fillfactor: 70 } });
  const altered = await ensureIndex({ database: target, desired: changed, ctx, previous: outputs });
  const latest = toIndexOutputs(altered, changed, [], outputs);
  await runCommands(await writeState([exported("Index", "i", latest)]));
  await dropIndex(target, latest, ctx);
  expect(await db.query("SELECT FROM pg_class WHERE relname = 't_idx'")).toEqual([]);
});

test("nor a verification whose scans the server counts, with the application's role", async () => {
  const [reader, app] = [`${db.name}_reader`, `${db.name}_app`];
  await db.query("CREATE INDEX t_idx ON t (pg_catalog.lower(a))");
  await db.query(`CREATE ROLE ${app} LOGIN; CREATE ROLE ${reader} LOGIN PASSWORD 'reads'`);
  await db.query(`GRANT SELECT ON t TO ${app}, ${reader}; GRANT ${app} TO ${reader}`);
  await db.query(`ALTER ROLE ${app} SET search_path = public`);
  const url = new URL(db.url);
  [url.username, url.password] = [reader, "reads"];
  const { queries, ...request } = await verification();
  const asked = [...queries, ...queries.map((query) => ({ ...query, name: "as app", role: app }))];
  const target = targetOf(url.href);
  const verified = await verifyIndex(target, { ...request, queries: asked }, record().ctx);
  await db.query(`DROP OWNED BY ${app}, ${reader}; DROP ROLE ${app}, ${reader}`);
  expect(verified).toMatchObject({ failures: [], report: { valid: true } });
  expect(verified.report.usage).toMatchObject({ isToldApart: true, trafficScans: 0 });
});
