// Counters of a real standby, and those that a crash loses.
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  findUnused,
  type NamedServer,
} from "../../providers/pgindex/src/engine/advise/standing/unused.ts";
import type { Database } from "../../providers/pgindex/src/engine/session/database.ts";
import {
  type EarlierReport,
  type VerificationReport,
  verifyIndex,
} from "../../providers/pgindex/src/engine/verify/verification.ts";
import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import { record, targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { ask, type Pair, startPair } from "../support/server/failover.ts";

let pair: Pair;
let target: Database;
beforeAll(async () => {
  pair = await startPair("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 20000) i");
  await ask(pair.primary, "CREATE INDEX t_idx ON t (a)");
  await ask(pair.primary, "ANALYZE t");
  await pair.caughtUp();
  target = targetOf(pair.primary.url, { replicas: { eu: pair.standby.url } });
}, 600_000);
afterAll(() => pair.stop());

const request = {
  schema: "public",
  table: "t",
  name: "t_idx",
  queries: [],
  before: [],
  searchPath: ["public"],
};

async function verify(previous?: EarlierReport): Promise<VerificationReport> {
  return (await verifyIndex(target, request, record().ctx, previous)).report;
}

test("an index that has not arrived on the standby yet has counts that are not known", async () => {
  await ask(pair.standby, "SELECT pg_wal_replay_pause()");
  await ask(pair.primary, "CREATE INDEX late_idx ON t (a)");
  const { ctx, lines } = record();
  const { report } = await verifyIndex(target, { ...request, name: "late_idx" }, ctx);
  expect(report).toMatchObject({ valid: true, usage: { replicas: [{ name: "eu", scans: null }] } });
  expect(lines).toEqual([
    "warning: cannot read the scans of public.late_idx on the replica eu: it does not " +
      "have the index yet",
  ]);
  await ask(pair.standby, "SELECT pg_wal_replay_resume()");
  await ask(pair.primary, "DROP INDEX late_idx");
  await pair.caughtUp();
});

async function scan(server: EmbeddedServer): Promise<void> {
  const counter =
    "SELECT idx_scan::int AS scans FROM pg_stat_all_indexes WHERE indexrelname = 't_idx'";
  const [before] = await ask(server, counter);
  await ask(server, "SELECT * FROM t WHERE a = 7");
  await until("the scan is counted", async () => {
    const [after] = await ask(server, counter);
    return Number(after?.scans) > Number(before?.scans);
  });
}

let last: VerificationReport;

test("a scan on a standby is traffic, which the primary alone knows nothing of", async () => {
  const first = await verify();
  last = await verify(first);
  expect(last.usage).toMatchObject({
    scans: 0,
    unusedSince: first.verifiedAt,
    summary: expect.stringMatching(/^unused since .* 2 samples on 2 servers$/),
  });
  await scan(pair.standby);
  last = await verify(last);
  expect(last.usage).toMatchObject({
    scans: 0,
    trafficScans: 1,
    unusedSince: null,
    replicas: [{ name: "eu", scans: 1 }],
    summary: expect.stringMatching(/^used: 1 scans by traffic/),
  });
});

test("what only a standby scans is not unused, and a standby that nobody looked at is said", async () => {
  const age = `SELECT floor(extract(epoch FROM clock_timestamp() - stats_reset) * 1000)::float8 AS ms
                 FROM pg_stat_bgwriter`;
  const ages = [await ask(pair.primary, age), await ask(pair.standby, age)];
  // Other counters can be a little younger than these.
  const windowMs = Math.min(...ages.map(([row]) => Number(row?.ms))) / 2;
  const find = async (replicas: readonly NamedServer[]) => {
    const found = await findUnused({ primary: target, replicas, windowMs });
    return { doubts: found.doubts, names: found.unused.map(({ name }) => name) };
  };
  expect(await find([])).toEqual({
    names: ["t_idx"],
    doubts: ["a standby is attached that nobody looked at, and may use them: --replica"],
  });
  const eu = { name: "EU", database: targetOf(pair.standby.url) };
  expect(await find([eu])).toEqual({ names: [], doubts: [] });
  const url = Object.assign(new URL(pair.standby.url), { pathname: "/template1" }).href;
  await expect(find([{ name: "EU", database: targetOf(url) }])).rejects.toThrow(
    /^EU is the database template1 of a standby, which counts nothing of this one; do: name this/,
  );
});

test("a crash of the primary restarts the window, although more was scanned since", async () => {
  await scan(pair.primary);
  last = await verify(last);
  await pair.primary.stopImmediately();
  await pair.primary.restart();
  await scan(pair.primary);
  await scan(pair.primary);
  last = await verify(last);
  expect(last.usage).toMatchObject({ scans: 2, unusedSince: null });
  // Until 14 the database gets a reset's time then; from 15 on it has none.
  expect(last.history.samples.at(-1)?.restarted).toMatch(
    /^the (server lost its counters|counters were reset) at \d{4}-/,
  );
});

test("a standby that has gone leaves it unknown whether the index is unused", async () => {
  await pair.standby.stopImmediately();
  last = await verify(last);
  expect(last.usage).toMatchObject({
    isExact: false,
    unusedSince: null,
    summary: expect.stringMatching(/^unknown: eu did not answer/),
  });
});
