import { beforeAll, describe, expect, it } from "vitest";
import { failureOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { LOOKUP, type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();

beforeAll(async () => {
  await v.database.query("CREATE TABLE empty (customer int)");
  await v.database.query("CREATE INDEX empty_idx ON empty (customer)");
  await v.database.query(
    "CREATE TABLE small AS SELECT n AS customer FROM generate_series(1, 20) AS n",
  );
  await v.database.query("CREATE INDEX small_idx ON small (customer)");
  await v.database.query("VACUUM ANALYZE");
});

describe("expectations", () => {
  const SMALL = {
    schema: "public",
    table: "small",
    name: "small_idx",
    before: null,
    served: [{ ...LOOKUP, sql: "SELECT * FROM small WHERE customer = $1", sample: "VALUES (1)" }],
  };

  it("warn by default, and say whether the index could be used", async () => {
    const outputs = await v.create(SMALL);
    expect(outputs).toMatchObject({ valid: true, ok: false });
    expect(v.recorder.lines).toHaveLength(1);
    expect(v.recorder.lines[0]).toMatch(
      /^warning: query "orders of a customer" of public\.small_idx: expected a plan using public\.small_idx, found Seq Scan; .*enable_seqscan=off: yes/,
    );
  });

  it("say when the index is of no use to the query", async () => {
    const served = [{ name: "by note", sql: "SELECT * FROM orders WHERE note = 'y'" }];
    const outputs = await v.create({ served });
    expect(outputs.queries[0]?.problems[0]).toMatch(/enable_seqscan=off: no/);
  });

  it("as errors make Pulumi record the resource and try again", async () => {
    const failure = await failureOf(v.create({ ...SMALL, onFailedExpectation: "error" }));
    expect(failure).toMatchObject({
      id: "public.small_idx",
      properties: { ok: false, __provider: "text", onFailedExpectation: "error" },
      reasons: [expect.stringMatching(/found Seq Scan/)],
    });
    expect(failure.message).toMatch(/does not meet its expectations/);
    const { properties } = failure as Error & { properties: Outputs };
    expect(await v.refresh(properties)).toMatchObject({ ok: false });
  });

  it("cannot be met by an empty table", async () => {
    const outputs = await v.create({
      ...SMALL,
      table: "empty",
      name: "empty_idx",
      served: [
        {
          ...LOOKUP,
          sql: "SELECT FROM empty WHERE customer = $1",
          sample: "SELECT customer FROM empty",
        },
      ],
    });
    expect(outputs.queries[0]).toMatchObject({
      executionMs: null,
      ratio: null,
      note: "no rows to sample: public.empty is empty",
      ok: false,
    });
    expect(v.recorder.lines[0]).toMatch(/not measured: no rows to sample/);
  });

  it("of a query that the server refuses are an error, and a report in a refresh", async () => {
    const served = [{ name: "typo", sql: "SELECT nope FROM orders" }, LOOKUP];
    const failure = await failureOf(v.create({ served }));
    expect(failure.message).toMatch(/query "typo".*column "nope" does not exist/);
    expect(failure).not.toHaveProperty("id");
    const found = await v.refresh({ ...(await v.create()), served });
    expect(found.queries[0]?.problems[0]).toMatch(/column "nope" does not exist/);
    expect(found.queries[1]).toMatchObject({ ok: true });
  });

  it("of a session that is ended from outside are not blamed on the query", async () => {
    const slow = { name: "slow", sql: "SELECT pg_sleep(60)" };
    const endedWhile = async (served: readonly object[]) => {
      const failing = failureOf(v.create({ served }));
      await until("the measuring session is ended", () =>
        v.database
          .query(
            // Within CASE: the planner calls it before it has looked at the database's name.
            `SELECT 1 FROM pg_stat_activity
              WHERE CASE WHEN datid = (SELECT oid FROM pg_database
                                        WHERE datname = current_database())
                          AND query LIKE 'EXPLAIN%pg_sleep%' AND state = 'active'
                          AND pid <> pg_backend_pid() THEN pg_terminate_backend(pid) END`,
          )
          .then(([row]) => row),
      );
      return (await failing).message;
    };
    expect(await endedWhile([slow])).toMatch(
      /query "slow".*terminating connection.*\n.*57P01.*\n +fix: run pulumi up again/,
    );
    expect(await endedWhile([slow, LOOKUP])).not.toMatch(/orders of a customer/);
  });

  it("are nothing to worry about without a query", async () => {
    expect(await v.create({ served: [] })).toMatchObject({ queries: [], ok: true });
  });
});
