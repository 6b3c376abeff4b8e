import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { ask, type Pair, startPair } from "../support/server/failover.ts";

let pair: Pair;
beforeAll(async () => {
  pair = await startPair("CREATE TABLE t AS SELECT i AS a FROM generate_series(1, 1000) i");
}, 600_000);
afterAll(() => pair.stop());

type Name = "primary" | "standby" | "nobody";

function urlOf(names: readonly Name[], parameters = ""): string {
  const nobody = { port: 1 } as EmbeddedServer;
  return pair.url(
    names.map((name) => (name === "nobody" ? nobody : pair[name])),
    parameters,
  );
}

/** Which server is chosen: for work that changes something (writable), or for a look. */
async function chosen(url: string, writable: boolean): Promise<string> {
  const options = { purpose: "test", searchPath: [], writable, builds: false };
  const session = await openSession(targetOf(url), options);
  const [row] = await session.query<{ port: number }>("SELECT inet_server_port() AS port");
  await session.close();
  return row?.port === pair.primary.port ? "primary" : "standby";
}

describe("of several hosts the first that suits", () => {
  test.each<[names: readonly Name[], attributes: string, look: string, change: string]>([
    [["standby", "primary"], "", "standby", "primary"],
    [["primary", "standby"], "", "primary", "primary"],
    [["nobody", "standby", "primary"], "", "standby", "primary"],
    [["standby", "primary"], "any", "standby", "primary"],
    [["standby", "primary"], "read-write", "primary", "primary"],
    [["nobody", "standby", "primary"], "primary", "primary", "primary"],
    [["primary", "standby"], "standby", "standby", "refused"],
    [["primary", "standby"], "read-only", "standby", "refused"],
    [["primary", "standby"], "prefer-standby", "standby", "primary"],
    [["primary", "nobody"], "prefer-standby", "primary", "primary"],
  ])(
    "%j, target_session_attrs=%s: a look at the %s, a change at the %s",
    async (names, attributes, look, change) => {
      const url = urlOf(names, attributes && `target_session_attrs=${attributes}`);
      const outcome = (writable: boolean) => chosen(url, writable).catch(() => "refused");
      expect([await outcome(false), await outcome(true)]).toEqual([look, change]);
    },
  );

  test("none that suits: every reason, and no password", async () => {
    const { message } = await failureOf(chosen(urlOf(["nobody", "standby"]), true));
    const { port, password } = pair.standby;
    expect(message).toMatch(
      new RegExp(
        `^cannot use any server of 127\\.0\\.0\\.1:1,127\\.0\\.0\\.1:${port}/postgres ` +
          "as postgres\n" +
          ` +why: 127\\.0\\.0\\.1:1: nothing listens there; 127\\.0\\.0\\.1:${port}: ` +
          "it is a replica",
      ),
    );
    expect(message).not.toContain(password);
  });

  test("a password that the first refuses is not tried on the next", async () => {
    const url = urlOf(["standby", "primary"]).replace(pair.primary.password, "wrong");
    const { message } = await failureOf(chosen(url, true));
    expect(message).toMatch(new RegExp(`127\\.0\\.0\\.1:${pair.standby.port}/.*\n.*password auth`));
  });
});

test("a failover in mid-build: the index is built on the new primary", async () => {
  const { ctx, lines } = record();
  const desired = await declare({ table: "t", name: "t_idx", columns: ["a"] });
  const holder = await openSession(targetOf(pair.primary.url), {
    purpose: "hold",
    searchPath: [],
    writable: true,
    builds: false,
  });
  await holder.query("BEGIN");
  await holder.query("DELETE FROM public.t WHERE false");
  const built = ensureIndex({
    database: targetOf(urlOf(["primary", "standby"], "target_session_attrs=read-write")),
    desired,
    ctx,
  });
  await until("the build waits for the writer", async () => {
    const rows = await ask(
      pair.primary,
      "SELECT 1 FROM pg_stat_progress_create_index WHERE phase = 'waiting for writers " +
        "before build'",
    );
    return rows.length > 0;
  });
  await pair.caughtUp();
  await pair.failOver();
  expect((await built).live).toMatchObject({ name: "t_idx", valid: true });
  expect(lines.join("\n")).toMatch(/was interrupted .*; trying again/);
  expect(
    await ask(
      pair.standby,
      "SELECT indisvalid AS v FROM pg_index WHERE indexrelid = 't_idx'::regclass",
    ),
  ).toEqual([{ v: true }]);
}, 600_000);
