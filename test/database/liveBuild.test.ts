import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { readInventory } from "../../providers/pgindex/src/engine/record/inventory.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, failureOf, type Recorder, record, targetOf } from "../support/engine/engine.ts";
import {
  hold,
  holdWrite,
  oidOf,
  QUEUED,
  stateOf,
  stepsOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();

const BUILD = "CREATE INDEX CONCURRENTLY t_idx ON t";

/** A build by somebody else, held up by an open writer. */
async function foreignBuild(body: string) {
  const writer = await holdWrite(db, "t");
  const client = await db.connect();
  const outcome = client.query(`${BUILD} ${body}`).then(
    () => "built",
    (error: Error) => error.message,
  );
  const pid = await untilPhase(db, "waiting for writers before build");
  return { writer, outcome, pid, oid: await oidOf(db, "t_idx") };
}

async function startEnsuring(recorder: Recorder) {
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  return ensureIndex({ database: targetOf(db.url), desired, ctx: recorder.ctx });
}

/** Until the engine says that it waits for somebody, and for whom. */
async function untilItWaits(recorder: Recorder, ...words: string[]): Promise<void> {
  await until(`the engine waits: ${words}`, async () =>
    recorder.statuses.some((status) => words.every((word) => status.includes(word))),
  );
}

describe("a build of this index by somebody else is waited for", () => {
  test("and adopted when it ends well, not dropped", async () => {
    const foreign = await foreignBuild("(a)");
    const recorder = record();
    const ensuring = startEnsuring(recorder);
    await untilItWaits(
      recorder,
      "waiting for others to finish on public.t",
      `pid ${foreign.pid}`,
      BUILD,
    );
    expect(await stateOf(db, "t_idx")).toBe("f/f/t");
    await foreign.writer.release();
    expect(await foreign.outcome).toBe("built");
    expect(await ensuring).toMatchObject({
      adopted: true,
      live: { oid: foreign.oid, valid: true },
    });
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("and its leftover replaced when it does not", async () => {
    const foreign = await foreignBuild("(a)");
    const recorder = record();
    const ensuring = startEnsuring(recorder);
    await untilItWaits(recorder, `pid ${foreign.pid}`);
    await db.query("SELECT pg_cancel_backend($1)", [foreign.pid]);
    expect(await foreign.outcome).toMatch(/canceling statement/);
    await foreign.writer.release();
    const ensured = await ensuring;
    expect(ensured).toMatchObject({ adopted: false, live: { valid: true } });
    expect(ensured.live.oid).not.toBe(foreign.oid);
    expect(recorder.lines).toEqual([
      expect.stringMatching(
        /^info: public\.t_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY/,
      ),
    ]);
  });

  test("and left alone when it turns out to be of another definition", async () => {
    const foreign = await foreignBuild("(b)");
    const recorder = record();
    const ensuring = failureOf(startEnsuring(recorder));
    await untilItWaits(recorder, `pid ${foreign.pid}`);
    await foreign.writer.release();
    expect(await foreign.outcome).toBe("built");
    expect((await ensuring).message).toMatch(/^refused: .*another definition/);
    expect(await oidOf(db, "t_idx")).toBe(foreign.oid);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });
});

test("a preview tells of a build by somebody else, and changes nothing", async () => {
  const foreign = await foreignBuild("(a)");
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const steps = await previewIndex(targetOf(db.url), desired);
  expect(steps.slice(1)).toEqual([
    expect.stringMatching(
      new RegExp(`^table-busy: somebody builds it already: pid ${foreign.pid} .*${BUILD}`),
    ),
  ]);
  expect(await stateOf(db, "t_idx")).toBe("f/f/t");
  await foreign.writer.release();
  expect(await foreign.outcome).toBe("built");
});

test("a preview of a new index does not wait for whoever has locked the table, but says who", async () => {
  const holder = await hold(db, "BEGIN", "LOCK TABLE t");
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const steps = stepsOf(await previewIndex(targetOf(db.url), desired), "public.t");
  expect(steps).toEqual([
    expect.stringMatching(/^builds the index: it does not exist; CREATE /),
    expect.stringMatching(
      `^table-busy: nothing can begin before pid ${holder.pid} .* is done, .*public\\.t`,
    ),
  ]);
  await holder.release();
});

test("an index whose table somebody has locked is adopted once the table is free", async () => {
  await db.query("CREATE INDEX t_idx ON t (a)");
  const holder = await hold(db, "BEGIN", "LOCK TABLE t");
  const recorder = record();
  const ensuring = startEnsuring(recorder);
  await untilItWaits(recorder, `pid ${holder.pid}`);
  await holder.release();
  expect(await ensuring).toMatchObject({ adopted: true });
});

test("a refresh does not wait for ever behind a lock, and says what to do", async () => {
  const live = (await startEnsuring(record())).live;
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const { database } = await readInventory(targetOf(db.url));
  const outputs = toIndexOutputs({ live, adopted: true, verifiedAt: "", database }, desired, []);
  const holder = await hold(db, "BEGIN", "DROP INDEX t_idx");
  const { message } = await failureOf(refreshIndex(targetOf(db.url), outputs));
  expect(message).toMatch(/could not read the database \(refresh t_idx\).*\n.*ACCESS EXCLUSIVE/);
  await holder.release();
  expect(await refreshIndex(targetOf(db.url), outputs)).toEqual(outputs);
});

describe("other work on the table is waited for, and the build does not queue behind it", () => {
  test.each([
    ["a lock", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE"],
    ["DDL", "ALTER TABLE t ALTER COLUMN b SET STATISTICS 50"],
    ["a plain build", "CREATE INDEX other ON t (b)"],
  ])("%s", async (_title, statement) => {
    const holder = await hold(db, "BEGIN", statement);
    const recorder = record();
    const ensuring = startEnsuring(recorder);
    await untilItWaits(recorder, `pid ${holder.pid}`);
    // Nobody may wait behind a lock because of us: an ALTER TABLE in the queue would stop every
    // reader.
    expect(await db.query(QUEUED)).toEqual([]);
    await holder.release();
    expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });
  });
});

test("so is DDL that waits itself, behind which the build would end as a deadlock", async () => {
  const reader = await hold(db, "BEGIN", "SELECT a FROM t LIMIT 1");
  const client = await db.connect();
  const altered = client.query("ALTER TABLE t ADD COLUMN c int");
  const pid = await untilWaiting(db, "ALTER TABLE t");
  const recorder = record();
  const ensuring = startEnsuring(recorder);
  await untilItWaits(recorder, "waiting for others to finish on public.t", `pid ${pid} `);
  await reader.release();
  await altered;
  expect(await ensuring).toMatchObject({ adopted: false, live: { valid: true } });
  expect(recorder.lines).toEqual([]);
});

test("an index that somebody commits under our eyes is adopted", async () => {
  const holder = await hold(db, "BEGIN", "CREATE INDEX t_idx ON t (a)");
  const recorder = record();
  const ensuring = startEnsuring(recorder);
  await untilItWaits(recorder, `pid ${holder.pid}`);
  await holder.client.query("COMMIT");
  expect(await ensuring).toMatchObject({ adopted: true });
  await holder.release();
});
