import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { Index } from "pulumi-pgindex";
import { expect, test } from "vitest";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import {
  blockedBuild,
  holdWrite,
  indexNames,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { linesOf } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, note text)",
  "INSERT INTO t SELECT n FROM generate_series(1, 1000) n",
  "CREATE TABLE quick (a int)",
);

test("a build that waits says so in its own row: phase, step, time, whom it waits for, who waits behind it", async () => {
  const secret = "note of patient 471100815";
  const holder = await holdWrite(database(), "t", `INSERT INTO t VALUES (99, '${secret}')`);
  const stack = await createStack(
    async () => {
      new Index("slow", { table: "t", name: "t_idx", columns: ["a"] });
      new Index("quick", { table: "quick", name: "quick_idx", columns: ["a"] });
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  const events: EngineEvent[] = [];
  const lines = (resource: string) => linesOf(events, resource);
  const up = stack.up((event) => events.push(event));
  const backendPid = await blockedBuild(database(), "t_idx");

  // Before there is a waiter, whose snapshot would hold it up too.
  await until("the quick one is built", () =>
    lines("quick").find(({ message }) => message.startsWith("valid, ")),
  );
  const shown = await until("the wait is shown", () =>
    lines("slow").find(
      ({ message }) => message.includes(`pid ${holder.pid}`) && !message.startsWith("initializing"),
    ),
  );
  expect(shown.ephemeral).toBe(true);
  expect(shown.message).toMatch(
    /^waiting for writers before build, step 2 of 8, 0 of 1 sessions gone, (\d+ min )?\d+(\.\d)? s, waits for pid /,
  );
  expect(shown.message).toMatch(
    /forgotten client, idle in transaction for (\d+ min )?\d+ s: INSERT INTO t VALUES/,
  );

  const waiter = await database().connect();
  const { rows } = await waiter.query("SELECT pg_backend_pid() AS pid");
  await waiter.query("SET application_name = 'schema change'");
  const altered = waiter
    .query(`ALTER TABLE t ADD CHECK (note <> '${secret}')`)
    .catch(() => "ended");
  const warning = await until("the session behind is warned of", () =>
    lines("slow").find(({ severity }) => severity === "warning"),
  );
  expect(warning.ephemeral).toBe(false);
  expect(warning.message).toMatch(new RegExp(`^pid ${rows[0].pid} .*schema change.* waits behind`));
  expect(warning.message).toContain(`SELECT pg_cancel_backend(${rows[0].pid})`);
  await until("it is shown in the row", () =>
    lines("slow").find(({ message }) => message.includes(`waiting behind: pid ${rows[0].pid}`)),
  );

  await database().query("SELECT pg_cancel_backend($1)", [rows[0].pid]);
  expect(await altered).toBe("ended");
  await holder.release();
  await up;

  expect(await indexNames(database())).toEqual(["quick_idx", "t_idx"]);
  expect(lines("slow").at(-1)?.message).toMatch(/^valid, built in (\d+ min )?[\d.]+ s, /);
  expect(lines("quick").at(-1)?.message).toMatch(/^valid, built in (\d+ min )?[\d.]+ s, /);
  // For a moment it may wait for who watches the other build.
  const mixed = lines("quick").filter(({ message }) => message.includes(`pid ${holder.pid}`));
  expect(mixed).toEqual([]);
  expect(stack.transcript).not.toContain("471100815");
  const foreign = linesOf(events, `tests-${stack.name}`).map(({ message }) => message);
  expect(foreign.filter((message) => message.includes("step "))).toEqual([]);
  expect(backendPid).toBeGreaterThan(0);
});
