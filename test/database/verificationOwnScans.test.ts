// Whatever scans an index on our behalf is no traffic, also where the server counts it.
import { describe, expect, it } from "vitest";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { HealthProbe } from "../../providers/pgindex/src/health/healthProbe.ts";
import { healthSettings } from "../../providers/pgindex/src/health/options.ts";
import { FollowedStack } from "../../providers/pgindex/src/health/stackStateSource.ts";
import { record } from "../support/engine/engine.ts";
import { BUILD, LOOKUP, type Outputs, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();
const URN = "urn:pulumi:s::p::pulumi-nodejs:pgindex:Verification::proof";

/** As `pgindex health` measures what a stack has recorded. */
async function health(outputs: Outputs, times: number): Promise<void> {
  const state = {
    stack: "s",
    indexes: [],
    verifications: [{ urn: URN, outputs }],
  } as unknown as ConstructorParameters<typeof FollowedStack>[0];
  const settings = healthSettings({ token: "t".repeat(40), cacheSeconds: 1, measureSeconds: 10 });
  for (let i = 0; i < times; i += 1) {
    const probe = new HealthProbe(v.target, new FollowedStack(state), settings);
    await probe.current();
    await probe.idle();
  }
}

/** As an `Index` measures the queries it serves, before its build. */
async function measureBefore(query: object): Promise<void> {
  const parsed = await parseServedQueries([query]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const index = { schema: "public", table: "orders", name: "orders_to_be_built_idx" };
  const { ctx } = record();
  const request = { database: v.target, index, queries: parsed.value, searchPath: ["public"], ctx };
  await measureQueries(request);
}

const RANGE = {
  ...LOOKUP,
  name: "a range",
  sql: "SELECT * FROM orders WHERE customer > $1",
  sample: "VALUES (10)",
};

it("what was scanned before the first measurement is traffic", async () => {
  await v.traffic(12);
  expect((await v.create()).usage).toMatchObject({ trafficScans: 12, isExact: true });
});

describe("of a role whose scans are counted, none is traffic", () => {
  const others: [title: string, scan: (first: Outputs) => Promise<unknown>][] = [
    ["of a second Verification of the index", () => v.create()],
    [
      "of three of them, with other queries",
      async () => {
        for (const runs of [1, 2, 9]) await v.create({ served: [{ ...LOOKUP, runs }] });
      },
    ],
    ["of pgindex health", (first) => health(first, 3)],
    ["of the measurement before another index of the table is built", () => measureBefore(LOOKUP)],
    ["of the planner, which looks for extremes in a Seq Scan query", () => measureBefore(RANGE)],
    [
      "of a Verification that is cancelled",
      async () => {
        const slow = { ...LOOKUP, sql: `${LOOKUP.sql} AND pg_sleep(0.3) IS NOT NULL` };
        const creating = v.create({ served: [slow] }).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 800));
        v.recorder.cancel();
        await creating;
        v.recorder = record();
      },
    ],
    [
      "of one that fails on the server",
      () =>
        v
          .create({ served: [{ ...LOOKUP, sql: `${LOOKUP.sql} AND 1 / (customer - $1) > 0` }] })
          .catch(() => undefined),
    ],
    ["of refreshes whose results nobody keeps", (first) => Promise.all([v.refresh(first)])],
  ];

  it.each(others)("%s", async (_title, scan) => {
    await v.asOrdinaryRole();
    const first = await v.create();
    expect(first.usage.trafficScans).toBe(0);
    await scan(first);
    const second = await v.refresh(first);
    expect(second.usage.trafficScans).toBe(0);
    await scan(second);
    await scan(second);
    expect((await v.refresh(second)).usage.trafficScans).toBe(0);
    expect((await v.create()).usage.trafficScans).toBe(0);
  });

  it.each(others)("%s, and traffic beside it still is", async (_title, scan) => {
    await v.asOrdinaryRole();
    const first = await v.create();
    await scan(first);
    await v.traffic(40);
    await scan(first);
    const { trafficScans } = (await v.refresh(first)).usage;
    expect(trafficScans).toBeGreaterThan(30);
    expect(trafficScans).toBeLessThanOrEqual(40);
  });
});

describe("of a superuser, whose scans are not counted", () => {
  it("those of a colleague's ordinary role are no traffic either", async () => {
    const first = await v.create();
    const superuser = v.target;
    await v.asOrdinaryRole();
    await v.create();
    await v.create();
    v.target = superuser;
    expect((await v.refresh(first)).usage.trafficScans).toBe(0);
  });
});

it("without a ledger to write, scans that may be ours are not called traffic", async () => {
  const ledgers =
    "pg_transform, pg_policy, pg_default_acl, pg_cast, pg_conversion, pg_event_trigger";
  await v.database.query(`REVOKE SELECT ON ${ledgers}, pg_amop, pg_amproc FROM PUBLIC`);
  await v.asOrdinaryRole();
  const first = await v.create();
  await v.create();
  const { usage } = await v.refresh(first);
  await v.database.query(`GRANT SELECT ON ${ledgers}, pg_amop, pg_amproc TO PUBLIC`);
  expect(usage).toMatchObject({ isToldApart: false });
});

describe("of an index that stood already", () => {
  it("the scans that it had when it was first measured say nothing of its use since", async () => {
    await v.traffic(9);
    const first = await v.create({ builtAt: null });
    expect(first.found).toMatchObject({ trafficBefore: first.usage.trafficScans });
    await v.traffic(2);
    const second = await v.refresh(first);
    expect(second.found?.trafficBefore).toBe(first.usage.trafficScans);
    expect(second.usage.trafficScans).toBe(first.usage.trafficScans + 2);
  });

  it("nor those of one that was built by hand in between; those of one we built do", async () => {
    await v.traffic(3);
    const built = await v.create();
    expect(built.found).toMatchObject({ index: "public.orders_customer_idx", trafficBefore: 0 });
    await v.database.query("DROP INDEX orders_customer_idx");
    await v.database.query(BUILD);
    await v.traffic(4);
    const again = await v.refresh(built);
    expect([built, again].map(({ found }) => found?.oid)).toEqual([
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(again.found?.oid).not.toBe(built.found?.oid);
    expect(again.found?.trafficBefore).toBe(again.usage.trafficScans);
  });
});

it("nothing in the database changes, and nothing is left open", async () => {
  await v.asOrdinaryRole();
  const fingerprint = () =>
    v.database.query(
      `SELECT (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM pg_depend) AS d,
              (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = own.oid) AS settings,
              (SELECT count(*) FROM pg_locks
                WHERE locktype = 'advisory' AND database = own.oid) AS locks
         FROM pg_database own WHERE datname = current_database()`,
    );
  const before = await fingerprint();
  await v.create();
  expect(await fingerprint()).toEqual(before);
});
