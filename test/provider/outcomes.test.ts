// What a plan knows of an index: looked at, refused, not asked for, or that nobody could look.
import { rmSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import {
  createLookFolder,
  LOOKS_VARIABLE,
  readLooks,
} from "../../providers/pgindex/src/review/lookFolder.ts";
import type { LookRecord } from "../../providers/pgindex/src/review/lookRecord.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { configured, oneCommand, oneProvider, Resource } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
const looks = createLookFolder();
afterAll(() => rmSync(looks, { recursive: true }));

const open = oneProvider({ [LOOKS_VARIABLE]: looks });
const args = { table: "t", name: "t_idx", columns: ["a"] };
/** As the engine writes a value that only an up will know. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

async function look(declared: object, config: object = {}): Promise<LookRecord | undefined> {
  const settings = { "pgindex:url": database().url, ...config };
  const resource = new Resource("index", configured(open, settings));
  await resource.preview(declared).catch(() => undefined);
  return [...readLooks(looks).values()][0];
}

test.each([
  ["a build", args, { outcome: "looked", facts: { steps: [{ kind: "build" }] } }],
  [
    "no such column",
    { ...args, columns: ["nope"] },
    { outcome: "refused", reason: /column "nope" does not exist/, index: { name: "t_idx" } },
  ],
  ["no such argument", { ...args, colums: [] }, { outcome: "refused", reason: /columns/ }],
  [
    "nobody was to look",
    { ...args, validateInPreview: false },
    { outcome: "notAsked", reason: /validateInPreview/ },
  ],
  [
    "a name that another resource makes",
    { ...args, name: UNKNOWN },
    { outcome: "couldNotLook", reason: /only known once/ },
  ],
] as const)("%s", async (_what, declared, expected) => {
  const record = await look(declared);
  const { reason, ...rest } = { reason: /^/, ...expected };
  expect(record).toMatchObject({ ...rest, hazards: expect.any(Array) });
  expect(record?.reason ?? "").toMatch(reason);
});

test("a hazard that the policy denies has its code", async () => {
  await database().query("CREATE INDEX t_a_idx ON t (a)");
  const record = await look({ ...args, hazards: { "same-index": "deny" } });
  await database().query("DROP INDEX t_a_idx");
  expect(record).toMatchObject({ outcome: "refused", code: "same-index" });
});

test("a table that is locked, and a server that does not answer", async () => {
  await database().query("CREATE INDEX t_idx ON t (b)");
  const locker = await database().connect();
  try {
    await locker.query("BEGIN; LOCK TABLE t");
    const record = await look(args);
    expect(record).toMatchObject({
      outcome: "couldNotLook",
      reason: expect.stringMatching(/lock/),
    });
  } finally {
    await locker.end();
  }
  const nowhere = "postgresql://nobody:secret@127.0.0.1:1/app";
  const record = await look(args, { "pgindex:url": nowhere });
  expect(record).toMatchObject({ outcome: "couldNotLook" });
  expect(record?.reason).toMatch(/127\.0\.0\.1:1/);
  expect(JSON.stringify(record)).not.toContain("secret");
});

test("a build's time is told by an earlier one, which the state has", async () => {
  await database().query(`
    CREATE FUNCTION slow(t text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
      BEGIN FOR i IN 1..100 LOOP t := md5(t); END LOOP; RETURN t; END $$;
    CREATE TABLE notes AS SELECT md5(i::text) AS note FROM generate_series(1, 40000) i`);
  await database().query("VACUUM ANALYZE notes");
  const withUrl = configured(open, { "pgindex:url": database().url });
  const byItself = { table: "notes", name: "note_idx", columns: ["note"] };
  const recordOf = (name: string) =>
    [...readLooks(looks).values()].find(({ urn }) => urn.endsWith(`::${name}`));
  await new Resource("index", withUrl, "alone").preview(byItself);
  // A table of a few megabytes is not worth a look at its rows.
  expect(recordOf("alone")?.facts).toMatchObject({ needs: { indexBytes: expect.any(Number) } });
  expect(recordOf("alone")?.facts?.build).toBeUndefined();

  const slow = { table: "notes", name: "slow_idx", columns: [{ expression: "slow(note)" }] };
  const first = new Resource("index", withUrl, "first");
  await first.up(slow);
  const command = oneCommand(withUrl);
  const again = new Resource("index", command, "first");
  again.state = first.state;
  expect((await again.preview(slow)).change).toBe("same");
  await new Resource("index", command, "second").preview(byItself);
  const build = recordOf("second")?.facts?.build;
  expect(build?.basis).toMatch(/^the build of public\.slow_idx, \d+(\.\d+)? [kM]B in \d/);
  const { buildSeconds, sizeBytes } = first.outputs as { buildSeconds: number; sizeBytes: number };
  const share = (recordOf("second")?.facts?.needs?.indexBytes ?? 0) / sizeBytes;
  expect(build?.seconds).toBeGreaterThan(0);
  expect(build?.seconds).toBeLessThanOrEqual(Math.max(1, share) * buildSeconds);
  await first.destroy();
});
