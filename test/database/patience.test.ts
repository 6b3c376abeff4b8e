import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { PatienceOptions } from "../../providers/pgindex/src/engine/declare/patienceOptions.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdSnapshot,
  holdWrite,
  identityOf,
  oidOf,
  stateOf,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();

const INDEX = { table: "t", name: "t_idx", columns: ["a"] };

async function ensure(args: Args, patience: PatienceOptions = {}) {
  const recorder = record();
  const desired = await declare({ ...INDEX, ...args });
  const ensuring = ensureIndex({
    database: targetOf(db.url, { patience }),
    desired,
    ctx: recorder.ctx,
  });
  return { ...recorder, ensuring };
}

async function gaveUp(args: Args, patience?: PatienceOptions): Promise<string> {
  return (await failureOf((await ensure(args, patience)).ensuring)).message;
}

describe("waitFor ends the wait", () => {
  test("for old snapshots, and leaves nothing", async () => {
    const snapshot = await holdSnapshot(db);
    const message = await gaveUp({ waitFor: "1s" });
    expect(message).toMatch(
      /^gave up index public\.t_idx on public\.t: others were in the way for 1 s \(waitFor\)\n/,
    );
    expect(message).toContain(`in the way at the end: pid ${snapshot.pid} (postgres, `);
    expect(message).toContain("idle in transaction for");
    expect(message).toContain("SELECT … FROM pg_am LIMIT …");
    expect(message).toContain("its INVALID leftover was dropped");
    expect(message).toContain(`end it: SELECT pg_terminate_backend(${snapshot.pid})`);
    expect(message).toContain('waitFor on the resource, such as "4h"');
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("for who works on the table, before anything is begun", async () => {
    const holder = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const message = await gaveUp({ waitFor: "1s" });
    expect(message).toContain(`pid ${holder.pid} `);
    expect(message).toContain("nothing was changed");
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });

  test("as the stack says, unless the resource says otherwise", async () => {
    const snapshot = await holdSnapshot(db);
    expect(await gaveUp({}, { waitForMs: 1_000 })).toMatch(/for 1 s \(waitFor\)/);
    const { ensuring } = await ensure({ waitFor: "5m" }, { waitForMs: 1 });
    await untilPhase(db, "waiting for old snapshots");
    await snapshot.release();
    expect((await ensuring).live.valid).toBe(true);
  });

  test("in total: what one wait has taken is missing to the next", async () => {
    const holder = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const snapshot = await holdSnapshot(db);
    const { ensuring, statuses } = await ensure({ waitFor: "4s" });
    const failed = failureOf(ensuring);
    await expect
      .poll(() => statuses.join(), { timeout: 60_000 })
      .toMatch(/finish on .* \([23] s\)/);
    await holder.release();
    await untilPhase(db, "waiting for old snapshots");
    expect((await failed).message).toContain(`pid ${snapshot.pid} `);
    // Not the four seconds of a wait of its own, plus what the clean-up takes.
    expect(statuses.filter((line) => line.startsWith("waiting for old")).length).toBeLessThan(7);
  });
});

test("waitFor ends an update too: the old index stands and serves", async () => {
  const built = await (await ensure({})).ensuring;
  const snapshot = await holdSnapshot(db);
  const desired = await declare({ ...INDEX, columns: ["b"], waitFor: "1s" });
  const previous = { ...identityOf(built.live), oid: built.live.oid };
  const { ctx } = record();
  const updating = ensureIndex({ database: targetOf(db.url), desired, previous, ctx });
  expect((await failureOf(updating)).message).toContain("its INVALID leftover was dropped");
  expect(await db.query("SELECT 1 FROM pg_index WHERE NOT indisvalid")).toEqual([]);
  expect(await oidOf(db, "t_idx")).toBe(built.live.oid);
  await snapshot.release();
});

describe("waitFor ends a drop", () => {
  test("before its point of no return: the index stands", async () => {
    const { live } = await (await ensure({})).ensuring;
    const holder = await hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE");
    const identity = { ...identityOf(live), patience: { waitForMs: 1_000 } };
    const { message } = await failureOf(dropIndex(targetOf(db.url), identity, record().ctx));
    expect(message).toMatch(/^gave up the drop of index public\.t_idx: /);
    expect(message).toContain(`pid ${holder.pid} `);
    expect(message).toContain("the index is unchanged");
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("as the stack says where the state holds nothing, and says what it has lost", async () => {
    const { live } = await (await ensure({})).ensuring;
    const writer = await holdWrite(db, "t");
    const target = targetOf(db.url, { patience: { waitForMs: 1_000 } });
    const { message } = await failureOf(dropIndex(target, identityOf(live), record().ctx));
    expect(message).toContain(`pid ${writer.pid} `);
    // A slow machine finds the transaction old, and does not begin.
    const state = await stateOf(db, "t_idx");
    if (state === "t/t/t") expect(message).toContain("the index is unchanged");
    else expect(message).toContain("queries have lost the index");
    await writer.release();
    await dropIndex(target, identityOf(live), record().ctx);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });
});

test("buildWithin ends a build, whoever is in its way, and leaves nothing", async () => {
  const snapshot = await holdSnapshot(db);
  const message = await gaveUp({ buildWithin: "1s" });
  expect(message).toMatch(/^stopped index public\.t_idx .*not done within 1 s \(buildWithin\)\n/);
  expect(message).toContain(`pid ${snapshot.pid} `);
  expect(message).toContain("its INVALID leftover was dropped");
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});

test("retries: 0 tries once, says so, and leaves nothing", async () => {
  await holdSnapshot(db);
  const { ensuring, lines } = await ensure({ retries: 0 });
  const failed = failureOf(ensuring);
  const pid = await untilPhase(db, "waiting for old snapshots");
  await db.query("SELECT pg_cancel_backend($1)", [pid]);
  expect((await failed).message).toMatch(/SQLSTATE 57014; its INVALID leftover was dropped/);
  expect((await failed).message).toContain("retries");
  expect(lines).toEqual([]);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});
