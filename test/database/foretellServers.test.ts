// Foretelling plans for servers that differ in more than their tables.
import { expect, test } from "vitest";
import { foretoldLines } from "../../providers/pgindex/src/engine/twin/foretoldLines.ts";
import { serverHas } from "../support/engine/engineDatabase.ts";
import { createDatabase, withClient } from "../support/server/database.ts";
import { createHypopg, HYPOPG_VERSION, hypopgProblem } from "../support/server/hypopg.ts";
import { describeUnless, useServer } from "../support/server/ownServer.ts";
import { useTwins } from "../support/twin/twins.ts";

const FILL = "SELECT i, i % 4000, md5(i::text) FROM generate_series(1, 40000) i";
const twins = useTwins([]);
const ask = (...asked: Parameters<typeof twins.ask>) => twins.ask(...asked);

/** Whether LIKE can use a btree depends on it. */
test("texts are compared in the copy as the database compares them", async () => {
  const { pathname } = new URL(twins.db.url);
  const name = `${pathname.slice(1)}_c`;
  const provider = serverHas(150000) ? "LOCALE_PROVIDER libc" : "";
  const locale = `${provider} LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'`;
  await twins.db.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' ${locale}`);
  const url = Object.assign(new URL(twins.db.url), { pathname: `/${name}` }).href;
  try {
    await withClient(url, async (client) => {
      await client.query(`CREATE TABLE c (id, a, b) AS ${FILL}`);
      await client.query("VACUUM ANALYZE c");
      await client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    });
    const by = { sql: "SELECT * FROM c WHERE b LIKE 'a01%'", url };
    const { queries } = await ask({ table: "c", name: "c_b_idx", columns: ["b"] }, by);
    expect(queries[0]).toMatchObject({ foretold: { planType: "Seq Scan" } });
    const pattern = { columns: [{ column: "b", operatorClass: "text_pattern_ops" }] };
    const { queries: served } = await ask({ table: "c", name: "c_b_idx", ...pattern }, by);
    expect(served[0]).toMatchObject({ foretold: { usesIndex: true } });
  } finally {
    await twins.db.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
});

const problem = hypopgProblem();
describeUnless(problem, "a server with HypoPG", () => {
  const server = useServer({ name: "hypopg", version: HYPOPG_VERSION });

  test("agrees, disagrees or does not know the kind of index", async () => {
    const db = await createDatabase(server().url);
    try {
      await createHypopg(db, "ext");
      await db.query(`CREATE TABLE h (id, a, b) AS ${FILL}`);
      await db.query("VACUUM ANALYZE h");
      const index = { table: "h", name: "h_new_idx" };
      const by = { sql: "SELECT * FROM h WHERE a = 7", url: db.url };
      const [agreed] = foretoldLines(await ask({ ...index, columns: ["a"] }, by));
      expect(agreed).toMatch(/; HypoPG on the server agrees$/);
      // It cannot see the index of an expression to ANALYZE, and guesses.
      const expression = { columns: [{ expression: "abs(id)" }] };
      const ordered = { sql: "SELECT * FROM h WHERE abs(id) = 7", url: db.url };
      const [disagreed] = foretoldLines(await ask({ ...index, ...expression }, ordered));
      expect(disagreed).toMatch(
        /; HypoPG on the server disagrees: Bitmap Heap Scan by the index, cost /,
      );
      const gist = { columns: [{ expression: "int4range(id, id, '[]')" }], accessMethod: "gist" };
      const ranges = { sql: "SELECT * FROM h WHERE int4range(id, id, '[]') @> 7", url: db.url };
      const [unknown] = foretoldLines(await ask({ ...index, ...gist }, ranges));
      expect(unknown).not.toMatch(/HypoPG/);
      const empty = { ...by, sample: "SELECT 1 WHERE false", sql: "SELECT * FROM h WHERE a = $1" };
      const [unsampled] = foretoldLines(await ask({ ...index, columns: ["a"] }, empty));
      expect(unsampled).toMatch(/no rows to sample$/);
    } finally {
      await db.drop();
    }
  });
});
