// One statement each, and what it is advised.
import { describe, expect, test } from "vitest";
import { adviseFor, proposed } from "../support/advise/advising.ts";
import { useTwins } from "../support/twin/twins.ts";

const twins = useTwins([
  "CREATE SCHEMA app",
  "CREATE EXTENSION pg_trgm SCHEMA app",
  `CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, status text NOT NULL, total numeric,
     at timestamptz NOT NULL, deleted_at timestamptz, tags text[], doc jsonb, note text, span int4range)`,
  "CREATE TABLE customers (id int PRIMARY KEY, email text, name text, region int)",
  `INSERT INTO customers SELECT i, 'User' || i || '@x.org', md5(i::text), i % 50
     FROM generate_series(1, 20000) i`,
  `INSERT INTO orders SELECT i, 1 + i * 7 % 20000,
          (array['open', 'paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'paid', 'sent'])[1 + i % 10],
          i % 997, timestamptz '2026-01-01' + i * interval '1 minute',
          CASE WHEN i % 100 = 0 THEN now() END, ARRAY['t' || i % 400, 'u' || i % 900],
          jsonb_build_object('kind', 'k' || i % 500, 'n', i), md5(i::text) || ' ' || md5((i * 3)::text),
          int4range(i, i + 5)
     FROM generate_series(1, 60000) i`,
  "CREATE TABLE app.hits (id bigint, at date NOT NULL, who int, page text) PARTITION BY RANGE (at)",
  "CREATE TABLE app.hits1 PARTITION OF app.hits FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
  "CREATE TABLE app.hits2 PARTITION OF app.hits FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')",
  `INSERT INTO app.hits SELECT i, date '2026-01-01' + i % 59, i % 3000, 'p' || i % 50
     FROM generate_series(1, 60000) i`,
  "CREATE TABLE deep (a int, b int, who int) PARTITION BY LIST (a)",
  "CREATE TABLE deep1 PARTITION OF deep FOR VALUES IN (1) PARTITION BY LIST (b)",
  "CREATE TABLE deep11 PARTITION OF deep1 FOR VALUES IN (1)",
  "INSERT INTO deep SELECT 1, 1, i FROM generate_series(1, 30000) i",
  "CREATE TABLE tiny (id int, a int)",
  "INSERT INTO tiny SELECT i, i FROM generate_series(1, 20) i",
  "CREATE VIEW paid AS SELECT id, customer AS buyer, total FROM orders WHERE status = 'paid'",
  "VACUUM ANALYZE",
]);

type Row = readonly [statement: string, ...proposals: string[]];
const ROWS: readonly Row[] = [
  ["SELECT * FROM orders WHERE customer = $1", "orders(customer)"],
  ["SELECT * FROM orders o WHERE $1 = o.customer", "orders(customer)"],
  ["SELECT * FROM orders WHERE id = $1"],
  ["SELECT * FROM orders WHERE customer IN ($1, $2, $3)", "orders(customer)"],
  ["SELECT * FROM orders WHERE customer IN ($1 /*, ... */)", "orders(customer)"],
  ["SELECT * FROM orders WHERE customer = ANY ($1)", "orders(customer)"],
  ["SELECT * FROM orders ORDER BY at DESC LIMIT $1", "orders(at)"],
  ["SELECT * FROM orders WHERE status = $1 ORDER BY at DESC LIMIT 10", "orders(status, at)"],
  [
    "SELECT id FROM orders ORDER BY total DESC NULLS LAST, id LIMIT 10",
    "orders(total desc last, id)",
  ],
  ["SELECT * FROM orders WHERE customer = $1 OR total = $2", "orders(customer)", "orders(total)"],
  ["SELECT * FROM orders WHERE tags @> $1", "orders gin (tags)"],
  ["SELECT * FROM orders WHERE tags && ARRAY['t7', 'u7']", "orders gin (tags)"],
  ["SELECT * FROM orders WHERE 't7' = ANY (tags)"],
  ["SELECT * FROM orders WHERE doc @> $1", "orders gin (doc jsonb_path_ops)"],
  ["SELECT * FROM orders WHERE doc ? 'gone'", "orders gin (doc)"],
  ["SELECT * FROM orders WHERE doc ->> 'kind' = $1", "orders((doc ->> 'kind'))"],
  ["SELECT * FROM orders WHERE span && int4range(7, 9)", "orders gist (span)"],
  ["SELECT * FROM customers WHERE lower(email) = $1", "customers(lower(email))"],
  [
    "SELECT * FROM customers WHERE lower(c.email) = $1".replace("customers", "customers c"),
    "customers(lower(email))",
  ],
  ["SELECT * FROM customers WHERE email LIKE 'User77%'", "customers(email)"],
  [
    "SELECT * FROM orders WHERE note LIKE '%abcdef%'",
    'orders gin (note {"schema":"app","name":"gin_trgm_ops"})',
  ],
  [
    "SELECT * FROM orders WHERE deleted_at IS NOT NULL ORDER BY at LIMIT 5",
    "orders(at) where deleted_at IS NOT NULL",
  ],
  [
    "SELECT count(*) FROM orders WHERE status = 'open' AND total = $1",
    "orders(total) where status = 'open'",
  ],
  [
    "SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer = c.id WHERE c.id = $1",
    "orders(customer)",
  ],
  [
    "SELECT c.* FROM customers c WHERE c.id = $1 AND EXISTS (SELECT FROM orders o WHERE o.customer = c.id AND o.status = $2)",
    "orders(customer, status)",
  ],
  [
    "WITH mine AS (SELECT * FROM orders) SELECT * FROM mine WHERE customer = $1",
    "orders(customer)",
  ],
  [
    "SELECT * FROM (SELECT customer AS c, total FROM orders) AS s WHERE s.c = $1",
    "orders(customer)",
  ],
  ["SELECT total FROM paid WHERE buyer = $1", "orders(customer, status)"],
  ["SELECT max(at) FROM orders WHERE customer = $1", "orders(customer, at)"],
  ["UPDATE orders SET note = $2 WHERE customer = $1", "orders(customer)"],
  ["DELETE FROM orders USING customers c WHERE c.id = customer AND c.id = $1", "orders(customer)"],
  ["SELECT * FROM hits WHERE who = $1", "hits(who)"],
  ["SELECT * FROM app.hits WHERE who = $1 AND at = $2", "hits(who, at)"],
  ["SELECT * FROM orders WHERE at > now() - interval $1 AND customer = $2", "orders(customer, at)"],
  ["SELECT * FROM tiny WHERE a = $1"],
  ["SELECT status, count(*) FROM orders GROUP BY status"],
  ["SELECT * FROM orders WHERE total + id = $1", "orders((total + id))"],
  ["SELECT * FROM orders WHERE at::date = current_date"],
  ["SELECT * FROM orders, customers WHERE random() < 0.1"],
];

test.each(ROWS)("%s", async (sql, ...expected) => {
  const advised = await adviseFor(twins, `-- calls: 1000\n${sql};`);
  expect(advised.unplanned).toEqual([]);
  expect(proposed(advised).toSorted()).toEqual(expected.toSorted());
});

describe("a whole workload", () => {
  test("one index for two statements, and none that begins another", async () => {
    const advised = await adviseFor(
      twins,
      `SELECT * FROM orders WHERE customer = $1;
       SELECT * FROM orders WHERE customer = $1 ORDER BY at DESC LIMIT 1;
       SELECT * FROM orders WHERE total = $1 AND customer = $2;`,
    );
    expect(proposed(advised)).toEqual(["orders(customer, at)"]);
  });

  test("an index that writes would pay more for is not worth it", async () => {
    const advised = await adviseFor(
      twins,
      `-- calls: 1
       SELECT * FROM orders WHERE customer = $1;
       -- calls: 1000000
       INSERT INTO orders (id, customer, status, at) VALUES ($1, $2, $3, now());`,
    );
    expect(advised.proposals).toEqual([]);
    expect(advised.notWorth).toMatchObject([{ table: "orders", columns: ["customer"] }]);
  });

  test("writes to a partition of a partition are its parents' too", async () => {
    const advised = await adviseFor(
      twins,
      `-- calls: 1
       SELECT * FROM deep WHERE who = $1;
       -- calls: 1000000
       INSERT INTO deep11 VALUES ($1, $2, $3);`,
    );
    expect(advised.proposals).toEqual([]);
    expect(advised.notWorth).toMatchObject([{ table: "deep", columns: ["who"] }]);
  });

  test("what it makes redundant is said, and what stands is not proposed", async () => {
    // Of 400 rows a region, so that a sort costs more than what hardly helps.
    await twins.db.query("CREATE INDEX standing ON customers (region)");
    const both = "SELECT * FROM customers WHERE region = $1 ORDER BY name LIMIT 1;";
    const advised = await adviseFor(twins, both);
    const served = await adviseFor(twins, "SELECT * FROM customers WHERE region = $1;");
    await twins.db.query("DROP INDEX standing");
    expect(served).toMatchObject({ statements: 1, unplanned: [], proposals: [] });
    expect(proposed(advised)).toEqual(["customers(region, name)"]);
    expect(advised.proposals).toMatchObject([{ redundant: ["public.standing"] }]);
  });

  test("hostile statements run nothing, here or there", async () => {
    await twins.run([
      "CREATE TABLE canary (a int)",
      `CREATE FUNCTION plant(i int) RETURNS int LANGUAGE plpgsql AS
         $$ BEGIN INSERT INTO public.canary VALUES (i); RETURN i; END $$`,
      // An IMMUTABLE function may not write itself.
      `CREATE FUNCTION planted(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
         $$ BEGIN RETURN public.plant(i); END $$`,
    ]);
    // What a program of the server's has done is seen in the database, wherever the server runs.
    const planting = "COPY canary FROM PROGRAM 'echo 7'";
    const advised = await adviseFor(
      twins,
      `SELECT * FROM orders WHERE customer = planted(7);
       SELECT pg_terminate_backend(pid) FROM pg_stat_activity;
       SELECT pg_sleep(100) FROM orders WHERE customer = $1;
       ${planting};
       DROP TABLE orders;
       EXPLAIN ANALYZE DELETE FROM orders;
       DO $$ BEGIN DELETE FROM orders; END $$;
       SELECT * INTO stolen FROM orders;
       PREPARE q AS SELECT * FROM orders WHERE customer = $1;
       DELETE FROM orders;`,
    );
    expect(advised.skipped).toEqual({ utility: 5, system: 1 });
    expect(proposed(advised)).toEqual(["orders(customer)"]);
    const rows = () =>
      twins.db.query(
        "SELECT (SELECT count(*) FROM canary)::int AS canary, (SELECT count(*) FROM orders)::int AS orders",
      );
    expect(await rows()).toEqual([{ canary: 0, orders: 60_000 }]);
    // Whoever runs them sees it.
    await twins.db.query(planting);
    await twins.db.query("SELECT planted(7)");
    expect(await rows()).toEqual([{ canary: 2, orders: 60_000 }]);
  });
});
