// pgindex unused and redundant, on a server of its own: counters are a server's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { redundantOutput, unusedOutput } from "../../providers/pgindex/src/cli/advise/schemas.ts";
import {
  findUnused,
  type Unused,
} from "../../providers/pgindex/src/engine/advise/standing/unused.ts";
import { chargeTable } from "../../providers/pgindex/src/engine/scans/scanLedger.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase, withClient } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase();
  // e stays null: to check a value against an exclusion constraint is a scan of its index.
  await db.query(`
    CREATE TABLE o (id int PRIMARY KEY);
    CREATE TABLE t (id int PRIMARY KEY, a int, b int NOT NULL, c text, d int, o int REFERENCES o, o2 int REFERENCES o,
                    e text, EXCLUDE USING hash (e WITH =));
    CREATE INDEX t_a_idx ON t (a);
    CREATE INDEX t_used_idx ON t (d);
    CREATE UNIQUE INDEX t_b_key ON t (b);
    CREATE INDEX t_lower_idx ON t (lower(c));
    CREATE INDEX t_o_idx ON t (o);
    CREATE INDEX t_o2_idx ON t (o2);
    CREATE INDEX t_o2_a_idx ON t (o2, a);
    CREATE TABLE p (a int, b int) PARTITION BY LIST (a);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
    CREATE INDEX p_b_idx ON p (b);
    INSERT INTO t SELECT i, i, i, 'c' || i, i FROM generate_series(1, 3000) i`);
  await db.query("VACUUM ANALYZE");
  await withClient(db.url, (client) => client.query("SELECT * FROM t WHERE d = 7"));
  await until("the scan is counted", async () => {
    const [row] = await db.query(
      "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 't_used_idx'",
    );
    return Number(row?.idx_scan) > 0;
  });
  // As long as the server counts, which is longer than this database is there.
  const [row] = await db.query(
    `SELECT floor(extract(epoch FROM clock_timestamp() - stats_reset) * 1000)::int AS ms
       FROM pg_stat_bgwriter`,
  );
  soon = ["--window", `${row?.ms}ms`];
});
afterAll(() => db.drop());

const env = () => ({ DATABASE_URL: db.url });
let soon: readonly string[];

describe("unused", () => {
  test("what nobody scans and nothing needs", async () => {
    const { code, out } = await pgindex(["unused", ...soon, "--json"], env());
    expect(code).toBe(2);
    const { unused, needed } = unusedOutput.parse(JSON.parse(out)) as Unused;
    const names = (list: readonly { readonly name: string }[]) =>
      list.map(({ name }) => name).sort();
    expect(names(unused)).toEqual(["p_b_idx", "t_a_idx", "t_lower_idx", "t_o2_a_idx"]);
    expect(names(needed)).toEqual([
      "o_pkey",
      "t_b_key",
      "t_e_excl",
      "t_o2_idx",
      "t_o_idx",
      "t_pkey",
    ]);
    const reasons = Object.fromEntries(needed.map((each) => [each.name, each.neededFor]));
    expect(reasons).toMatchObject({
      t_b_key: "the uniqueness of its rows",
      t_e_excl: "the constraint t_e_excl",
      t_o_idx: "the foreign key t_o_fkey, whose columns no other index has",
    });
  });

  test("as a table, with what to do", async () => {
    const { out } = await pgindex(["unused", ...soon], env());
    expect(out).toContain('DROP INDEX CONCURRENTLY "public"."t_a_idx";');
    expect(out).toContain("public.t_lower_idx has an expression: without it the planner loses");
    expect(out).toMatch(/^No scan for \d+ms: 4 indexes:/);
  });

  test("what a program declares is taken out of the program", async () => {
    const mark = "[pgindex 1 built stack=9f86d081 urn=884c7d65 id=2c26b46b68ff db=fcde2b2e]";
    await db.query(`COMMENT ON INDEX t_a_idx IS 'managed by Pulumi: app/production, ours ${mark}'`);
    const { out } = await pgindex(["unused", ...soon], env());
    await db.query("COMMENT ON INDEX t_a_idx IS NULL");
    expect(out).toContain("remove it from app/production, ours, and run pulumi up");
  });

  test("a window that the counters do not cover is no all-clear", async () => {
    const { code, err } = await pgindex(["unused", "--window", "3650d"], env());
    expect(code).toBe(3);
    expect(err).toMatch(
      /could not look, because the server counts scans for .* only, and .* were asked/,
    );
  });

  test("a replica that does not tell, or is none, is no all-clear", async () => {
    const ask = (more: Record<string, string>) =>
      pgindex(["unused", ...soon, "--replica", "EU"], { ...env(), ...more });
    const away = await ask({ EU: "postgres://localhost:1/x" });
    expect(away).toMatchObject({
      code: 3,
      err: expect.stringMatching(/EU does not tell, and may use/),
    });
    const none = await ask({ EU: db.url });
    expect(none).toMatchObject({
      code: 3,
      err: expect.stringMatching(/EU accepts writes, so it is no st/),
    });
    const unset = await ask({});
    expect(unset).toMatchObject({ code: 1, err: expect.stringMatching(/variable EU is not set/) });
    const asUrl = await pgindex(["unused", "--replica", db.url], env());
    expect(asUrl).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot be given as an argum/),
    });
  });

  test("only a schema", async () => {
    const primary = targetOf(db.url);
    const found = await findUnused({ primary, replicas: [], windowMs: 1, schemas: ["nowhere"] });
    expect(found).toMatchObject({ unused: [], unclear: [], needed: [] });
  });

  test("what may be our own scans is neither used nor unused", async () => {
    const options = { purpose: "test", searchPath: ["public"], writable: false };
    const session = await openSession(targetOf(db.url), options);
    await session.query("BEGIN");
    await session.query("SET LOCAL enable_seqscan = off");
    await session.query("SELECT FROM t WHERE a = 7");
    await chargeTable(session, { schema: "public", table: "t" }, 1);
    await session.query("COMMIT");
    await session.close();
    const ask = async () => JSON.parse((await pgindex(["unused", ...soon, "--json"], env())).out);
    const { unclear, unused } = await until("the scan is counted", async () => {
      const found = await ask();
      return found.unclear.length === 2 && found;
    });
    const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
    expect(names(unclear).sort()).toEqual(["t_a_idx", "t_used_idx"]);
    expect(names(unused)).not.toContain("t_a_idx");
  });
});

describe("redundant", () => {
  test("by the definition of a preview's overlap, and once for two that are the same", async () => {
    await db.query("CREATE INDEX t_a_again_idx ON t (a DESC)");
    const { code, out } = await pgindex(["redundant", "--json"], env());
    await db.query("DROP INDEX t_a_again_idx");
    expect(code).toBe(2);
    expect(redundantOutput.safeParse(JSON.parse(out)).error).toBeUndefined();
    const { redundant } = JSON.parse(out);
    const pairs = redundant.map(
      (each: { name: string; how: string; by: { name: string } }) =>
        `${each.name} ${each.how} ${each.by.name}`,
    );
    expect(pairs.sort()).toEqual(["t_a_again_idx same t_a_idx", "t_o2_idx covered t_o2_a_idx"]);
  });

  test("nothing is 0", async () => {
    await db.query("DROP INDEX t_o2_idx");
    const { code, out } = await pgindex(["redundant"], env());
    expect({ code, out }).toEqual({ code: 0, out: "No index is redundant.\n" });
    const schema = await pgindex(["redundant", "--json-schema"]);
    expect(JSON.parse(schema.out)).toMatchObject({ anyOf: [{ required: ["redundant"] }, {}] });
    expect((await pgindex(["redundant"], { DATABASE_URL: "postgres://localhost:1/x" })).code).toBe(
      3,
    );
  });
});
