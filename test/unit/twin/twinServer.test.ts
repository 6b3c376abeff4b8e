// What becomes of a twin's server that cannot start, and of its folder. The server itself:
// test/database/twin.test.ts.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TwinBinary } from "../../../providers/pgindex/src/engine/twin/server/twinBinary.ts";
import {
  makeTwinFolder,
  runnableFolder,
} from "../../../providers/pgindex/src/engine/twin/server/twinFolder.ts";
import { startTwinServer } from "../../../providers/pgindex/src/engine/twin/server/twinServer.ts";

let place: string;
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "pgindex-no-postgres-"));
});
afterAll(() => rmSync(place, { recursive: true }));

/** Programs by these names, which do that. */
function binary(name: string, programs: Readonly<Record<string, string>>): TwinBinary {
  const folder = join(place, name);
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const [program, text] of Object.entries(programs))
    writeFileSync(join(folder, "bin", program), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return { folder, major: 18 };
}

async function untilGone(path: string): Promise<boolean> {
  for (let i = 0; existsSync(path) && i < 500; i += 1) await delay(20);
  return !existsSync(path);
}

describe("a server that does not start says why, and leaves nothing", () => {
  test.each([
    ["no cluster", { postgres: "exit 0", initdb: "echo no room >&2; exit 1" }, /no room/],
    ["no postmaster", { postgres: "exit 3", initdb: "exit 0" }, /it ended with code 3/],
    ["no program", { postgres: "exit 0" }, /initdb ENOENT/],
  ])("%s", async (name, programs, why) => {
    const failed = await startTwinServer(binary(name.replace(" ", "-"), programs as never)).catch(
      (error: Error) => error,
    );
    expect(failed).toMatchObject({
      name: "CannotLookError",
      message: expect.stringMatching(/^the PostgreSQL of this machine did not start: /),
    });
    expect((failed as Error).message).toMatch(why);
  });
});

test("the folders of processes that are gone are removed, and no other one", async () => {
  const folder = (name: string) => join("/tmp", `pgindex-twin-${name}`);
  const [gone, alive, other] = [folder("4194305-x"), folder(`${process.pid}-x`), folder("x-x")];
  for (const each of [gone, alive, other]) mkdirSync(join(each, "data"), { recursive: true });
  try {
    const { directory, guard } = makeTwinFolder(undefined);
    expect([gone, alive, other, directory].map(existsSync)).toEqual([false, true, true, true]);
    // As when this process ends.
    guard.stdin?.end();
    expect(await untilGone(directory)).toBe(true);
  } finally {
    for (const each of [gone, alive, other]) rmSync(each, { recursive: true, force: true });
  }
});

test.skipIf(process.getuid?.() !== 0)(
  "programs that the server's account cannot reach are copied for it",
  () => {
    const account = { uid: 65_534, gid: 65_534 };
    const hidden = { ...binary("hidden", { postgres: "echo 18" }), account };
    chmodSync(hidden.folder, 0o700);
    const directory = join(place, "copied");
    mkdirSync(directory);
    for (const each of [place, directory]) chmodSync(each, 0o755);
    expect(runnableFolder(hidden, directory)).toBe(join(directory, "postgresql"));
    expect(existsSync(join(directory, "postgresql", "bin", "postgres"))).toBe(true);
    chmodSync(hidden.folder, 0o755);
    expect(runnableFolder(hidden, directory)).toBe(hidden.folder);
  },
);
