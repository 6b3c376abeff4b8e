// A login that fails leaves no connection: the server would wait for its password for a minute, in
// which a slot is taken and no database can be dropped.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { openControl } from "../../providers/pgindex/src/fleet/queue/controlDatabase.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { type CountingProxy, startCountingProxy } from "../support/server/countingProxy.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let roles: Roles;
let proxy: CountingProxy;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  proxy = await startCountingProxy(roles.url);
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const node = (program: string) => [process.execPath, "-e", program];

test.each<[title: string, query: string, password: string, command: readonly string[] | undefined]>(
  [
    ["the password's program fails", "", ":secret", node("process.exit(1)")],
    ["the password's program prints nothing", "", ":secret", node("")],
    ["the password's program prints another", "", ":secret", node("console.log('other')")],
    [
      "its program takes longer than it may",
      "?connect_timeout=1",
      "",
      node("setTimeout(() => {}, 3_000)"),
    ],
    ["no password is known", "", "", undefined],
    ["the password is wrong", "", ":other", undefined],
    ["the server offers no channel binding", "?channel_binding=require", ":secret", undefined],
  ],
)("%s", async (_, query, password, command) => {
  const url = `${proxy.url.replace(":secret", password)}${query}`;
  const passwordCommand = command && { command, maxAgeMs: 60_000 };
  await leavesNoConnection(() =>
    openSession(targetOf(url, { passwordCommand }), {
      ...{ purpose: "test", writable: false, searchPath: [] },
    }),
  );
});

test("the control database of fleets", () =>
  leavesNoConnection(() => openControl(proxy.url.replace(":secret", ""))));

async function leavesNoConnection(login: () => Promise<unknown>): Promise<void> {
  const before = proxy.counted().sessions;
  await failureOf(login());
  expect(proxy.counted().sessions).toBeGreaterThan(before);
  // By us: the server itself gives up after a minute (authentication_timeout).
  await expect.poll(() => proxy.counted().open, { timeout: 30_000 }).toBe(0);
}
