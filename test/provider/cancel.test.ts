import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  blockedBuild,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { type ProviderProcess, startProvider } from "../support/pulumi/pulumiProvider.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
const args = (name: string) => ({ table: "t", name, columns: ["a"] });
const CLEANED_UP = "cancelled; its INVALID leftover was dropped";

let release: () => Promise<unknown>;
let provider: ProviderProcess;
beforeEach(async () => {
  // An old snapshot holds up the last phase of a build, and no drop.
  const client = await database().connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
  release = () => client.query("ROLLBACK");
  provider = await startProvider({ DATABASE_URL: database().url });
});
afterEach(() => release());

describe("while an index is built and another one waits for its turn", () => {
  let building: ReturnType<ProviderProcess["create"]>;
  let queued: ReturnType<ProviderProcess["create"]>;
  beforeEach(async () => {
    await provider.configure();
    building = provider.create(args("building_idx"));
    await blockedBuild(database(), "building_idx");
    queued = provider.create(args("queued_idx"));
    await until("the other is queued", () => provider.log.includes("queued: "));
  });

  test("the engine's Cancel ends the build, cleans up and begins nothing new", async () => {
    await provider.cancel();
    expect(await building).toBe(CLEANED_UP);
    expect(await queued).toBe("cancelled before it began; nothing was changed");
    expect(await indexNames(database())).toEqual([]);
    expect(await providerSessions(database())).toEqual([]);
    expect(await provider.create(args("later_idx"))).toMatch(/^cancelled before it began/);
    provider.interrupt();
    expect(await provider.ended).toBe(0);
  });

  test("SIGINT does the same, and ends the process after the answer", async () => {
    provider.interrupt();
    expect(await building).toBe(CLEANED_UP);
    expect(await queued).toBe("cancelled before it began; nothing was changed");
    expect(await provider.ended).toBe(0);
    expect(await indexNames(database())).toEqual([]);
  });

  test("the end of standard input lets the build finish, begins nothing new, and ends the process", async () => {
    provider.closeInput();
    // The queued one only learns of it in its turn.
    await release();
    expect(await building).toMatchObject({ name: "building_idx", valid: true });
    expect(await queued).toBe("cancelled before it began; nothing was changed");
    expect(await provider.ended).toBe(0);
    expect(await indexNames(database())).toEqual(["building_idx"]);
    await database().query("DROP INDEX building_idx");
  });
});

test("a process at rest ends at SIGINT, and when its input ends", async () => {
  await provider.configure();
  await release();
  expect(await provider.create(args("short_idx"))).toMatchObject({ valid: true });
  provider.interrupt();
  expect(await provider.ended).toBe(0);

  provider = await startProvider({ DATABASE_URL: database().url });
  await provider.configure();
  expect(await provider.create(args("short_idx"))).toMatchObject({ valid: true, adopted: true });
  provider.closeInput();
  expect(await provider.ended).toBe(0);
});
