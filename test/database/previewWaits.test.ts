// Whom a build, a drop or a clean-up will have to wait for is told by the preview, to every role.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { hold, holdSnapshot, holdWrite, settle } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query(`GRANT TEMPORARY ON DATABASE ${db.name} TO ${roles.owner}`);
  // For the sessions that leave something behind.
  await db.query(`ALTER DATABASE ${db.name} SET search_path = app, public`);
});
beforeEach(async () => {
  await db.query("CREATE TABLE app.t (a int NOT NULL, b int)");
  await db.query("CREATE TABLE app.other (a int)");
  await db.query("CREATE TABLE app.p (a int) PARTITION BY LIST (a)");
  await db.query("CREATE TABLE app.p1 PARTITION OF app.p FOR VALUES IN (1)");
  for (const table of ["t", "p", "p1"])
    await db.query(`ALTER TABLE app.${table} OWNER TO ${roles.owner}`);
});
afterEach(async () => {
  await settle(db);
  await db.query("DROP TABLE app.t, app.other, app.p");
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const T: Args = { schema: "app", table: "t", name: "t_idx", columns: ["a"] };
const WHO = { superuser: () => db.url, "documented builder": () => roles.url };

describe.each(["superuser", "documented builder"] as const)("for the %s", (who) => {
  const url = () => WHO[who]();

  /** What is said of whom will be waited for. */
  async function waits(args: Args = {}, of: Args | undefined = undefined): Promise<string[]> {
    const previous = of && (await built(of));
    const desired = await declare({ ...T, ...args });
    const lines = await previewIndex(targetOf(url()), desired, { previous });
    return lines.filter((line) => line.includes("pid ") || line.includes("prepared transaction"));
  }

  async function built(args: Args) {
    const desired = await declare({ ...T, ...args });
    const ensured = await ensureIndex({ database: targetOf(url()), desired, ctx: record().ctx });
    return toIndexOutputs(ensured, desired, []);
  }

  test("a writer, with its age, state and what to do", async () => {
    const { pid } = await holdWrite(db, "app.t");
    const [line = "", ...more] = await waits();
    expect(more).toEqual([]);
    expect(line).toMatch(
      /^old-transaction: the build will wait for pid \d+ \(postgres, (idle in transaction )?for (at least )?\d+ s/,
    );
    expect(line).toContain(`pid ${pid} `);
    expect(line).toContain("which has app.t open for writes");
    expect(line).toContain(`end it: SELECT pg_terminate_backend(${pid})`);
    expect(line).toContain("waits for up to 1 h 0 min (waitFor), and cleans up");
    expect((await waits({ waitFor: "90s" }))[0]).toContain("up to 1 min 30 s (waitFor)");
  });

  test("a writer of a partition", async () => {
    const { pid } = await holdWrite(db, "app.p1");
    const lines = await waits({ table: "p", name: "p_idx" });
    expect(lines).toEqual([
      expect.stringMatching(/^old-transaction: the build will wait for .* app\.p1 open/),
    ]);
    expect(lines[0]).toContain(`pid ${pid} `);
  });

  test("an old snapshot, whatever it has read", async () => {
    const { pid } = await holdSnapshot(db);
    const [line = "", ...more] = await waits();
    expect(more).toEqual([]);
    expect(line).toMatch(/^old-transaction: the build (will|may) wait, at its end, for pid /);
    expect(line).toContain(`pid ${pid} `);
    if (who === "documented builder") expect(line).toContain("pg_read_all_stats");
  });

  test("somebody who changes the table, or queues to", async () => {
    const { pid } = await hold(db, "BEGIN", "LOCK TABLE app.t IN SHARE UPDATE EXCLUSIVE MODE");
    const lines = await waits();
    expect(lines).toEqual([
      expect.stringMatching(/^table-busy: nothing can begin before pid \d+ /),
    ]);
    expect(lines[0]).toContain(`pid ${pid} `);
  });

  test("a prepared transaction, by its name", async () => {
    const { client, release } = await holdWrite(db, "app.t");
    await client.query(`PREPARE TRANSACTION '${db.name}'`);
    const [line = ""] = await waits().finally(() => db.query(`ROLLBACK PREPARED '${db.name}'`));
    expect(line).toContain(`the build will wait for prepared transaction '${db.name}'`);
    expect(line).toContain("ROLLBACK PREPARED");
    await release();
  });

  test("a reader, of what a replacement drops", async () => {
    const outputs = await built({});
    await hold(db, "BEGIN", "SELECT 1 FROM app.t");
    const desired = await declare({ ...T, columns: ["b"] });
    const lines = await previewIndex(targetOf(url()), desired, { previous: outputs });
    expect(lines.at(-1)).toMatch(
      /^old-transaction: the drop of app\.t_idx_pgindex_old will wait for pid .* app\.t open: .*end it/,
    );
  });

  test("a reader of a partition, of what the replacement of a partitioned index drops", async () => {
    const P = { table: "p", name: "p_idx" };
    const outputs = await built(P);
    const holder = await hold(db, "BEGIN", "SELECT 1 FROM app.p1");
    const desired = await declare({ ...T, ...P, columns: [{ expression: "abs(a)" }] });
    const lines = await previewIndex(targetOf(url()), desired, { previous: outputs });
    expect(lines.at(-1)).toMatch(new RegExp(`will wait for pid ${holder.pid} .*app\\.p1? open: `));
  });

  test("a reader, of the lock that a constraint takes", async () => {
    await hold(db, "BEGIN", "SELECT 1 FROM app.t");
    expect(await waits({ constraint: "unique" })).toEqual([
      expect.stringMatching(/^old-transaction: the lock on the table will wait for pid /),
    ]);
  });

  test.each([
    ["an INVALID build", "t_idx", "f/t/t"],
    ["a half-dropped index", "t_idx", "f/f/f"],
    ["what REINDEX has left", "t_idx_ccnew", "f/t/t"],
  ] as const)("a reader, of the clean-up of %s", async (_title, index, state) => {
    if (index === "t_idx_ccnew") await built({});
    await leave(db, { table: "app.t", index, body: "(a)", state });
    await hold(db, "BEGIN", "SELECT 1 FROM app.t");
    const desired = await declare(T);
    const lines = await previewIndex(targetOf(url()), desired);
    expect(lines[1]).toMatch(new RegExp(`DROP INDEX CONCURRENTLY .*${index}`));
    expect(lines.at(-1)).toMatch(
      new RegExp(`^old-transaction: the drop of app\\.${index} will wait for pid `),
    );
  });

  test("nobody is named who is in nobody's way", async () => {
    await hold(db, "BEGIN", "DELETE FROM app.other WHERE false");
    if (who === "superuser") {
      await hold(db, "BEGIN", "SELECT 1 FROM app.t");
      expect(await waits()).toEqual([]);
    }
    await settle(db);
    await built({});
    await holdWrite(db, "app.t");
    expect(await waits()).toEqual([]);
  });

  test("nor the short transactions of an application", async () => {
    let isOver = false;
    const client = await db.connect();
    const application = (async () => {
      while (!isOver)
        await client.query("BEGIN; DELETE FROM app.t WHERE false; SELECT pg_sleep(0.02); COMMIT");
    })();
    const lines = await waits();
    isOver = true;
    await application;
    expect(lines).toEqual([]);
  });
});

test("where nobody reads the lines, nobody is looked for", async () => {
  await holdWrite(db, "app.t");
  const desired = await declare(T);
  expect(await previewIndex(targetOf(db.url), desired, { isShown: false })).toHaveLength(2);
});
