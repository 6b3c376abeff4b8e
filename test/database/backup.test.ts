import { execFileSync } from "node:child_process";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireBackup, takeBackup } from "../../providers/pgindex/src/backup/backup.ts";
import { parseBackup } from "../../providers/pgindex/src/backup/backupArgs.ts";
import type { BackupOutputs } from "../../providers/pgindex/src/backup/backupOutputs.ts";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { failureOf, record, targetOf } from "../support/engine/engine.ts";
import { QUEUED, until } from "../support/engine/engineDatabase.ts";
import { temporaryFolder } from "../support/temporaryFolder.ts";
import { pgDumpProblem } from "../support/tools/pgDump.ts";

const problem = pgDumpProblem();

// Debian's pg_dump is of PostgreSQL 15, and dumps no server that is newer.
const OLD = "13";
const INDEXES = [{ table: "t", name: "i", columns: ["a"] }];

let server: EmbeddedServer;
let directory: string;

beforeAll(async () => {
  server = await startEmbedded({ name: "backup", version: OLD });
  directory = temporaryFolder("backup");
  await query(server.url, "CREATE TABLE t (a int); INSERT INTO t SELECT generate_series(1, 1000)");
});
afterAll(() => server.stop());

async function query(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function declared(args: object = {}) {
  const parsed = await parseBackup({ indexes: INDEXES, directory, ...args });
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

async function back(args: object = {}, previous?: BackupOutputs, recorder = record()) {
  const outputs = await takeBackup(
    targetOf(server.url),
    await declared(args),
    recorder.ctx,
    previous,
  );
  return { outputs, ...recorder };
}

describe.skipIf(problem)(`pg_dump${problem ? ` (skipped: ${problem})` : ""}`, () => {
  test("dumps the database, reads the dump back, and restores into an empty server", async () => {
    const { outputs, lines } = await back();
    expect(outputs).toMatchObject({
      schemaVersion: 1,
      tool: expect.stringMatching(/^pg_dump \(PostgreSQL\) \d+/),
      file: expect.stringMatching(/\/postgres-\d{8}T\d{9}Z\.dump$/),
      entries: expect.any(Number),
    });
    const { file, sizeBytes, entries } = outputs;
    const found = await stat(file ?? "");
    expect(found.size).toBe(sizeBytes);
    expect(found.mode & 0o777).toBe(0o600);
    expect(entries).toBeGreaterThan(0);
    expect(await readdir(directory)).toEqual([file?.split("/").at(-1)]);
    expect(lines).toEqual([expect.stringMatching(/^info: backed up in .+: .+\.dump, \d+ kB$/)]);
    const empty = await startEmbedded({ name: "restored", version: OLD });
    execFileSync("pg_restore", ["--no-owner", `--dbname=${empty.url}`, file ?? ""]);
    const [row] = await query(empty.url, "SELECT count(*)::int AS rows, sum(a)::int AS sum FROM t");
    expect(row).toEqual({ rows: 1000, sum: 500500 });
    await empty.stop();
  });

  test("only the tables that were named", async () => {
    await query(server.url, "CREATE TABLE other (b int)");
    const { outputs } = await back({ tables: ["other"] });
    const list = execFileSync("pg_restore", ["--list", outputs.file ?? ""], { encoding: "utf8" });
    expect(list).toContain(" TABLE public other ");
    expect(list).not.toContain(" TABLE public t ");
  });

  test("a recent backup will do; one that is too old is made anew", async () => {
    const first = (await back()).outputs;
    const changed = { indexes: [{ ...INDEXES[0], name: "another" }] };
    const second = await back(changed, first);
    expect(second.outputs).toEqual({ ...first, covers: second.outputs.covers });
    expect(second.outputs.covers).not.toBe(first.covers);
    expect(second.lines).toEqual([expect.stringMatching(/^info: the backup of .+ ago is recent/)]);
    const third = await back({ ...changed, maximumAge: "0s" }, second.outputs);
    expect(third.outputs.file).not.toBe(first.file);
  });

  test("a missing table leaves nothing behind, and pg_dump's reason is shown", async () => {
    const before = await readdir(directory);
    const failure = await failureOf(back({ tables: ["nowhere"] }));
    expect(failure.message).toMatch(/the backup failed: pg_dump exited with code 1/);
    expect(failure.message).toMatch(/no matching tables were found/);
    expect(await readdir(directory)).toEqual(before);
  });

  test("a cancel ends pg_dump and leaves nothing", async () => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query("BEGIN; LOCK TABLE t");
    const before = await readdir(directory);
    const recorder = record();
    const running = failureOf(back({}, undefined, recorder));
    await until("pg_dump waits", async () => {
      return (await client.query(QUEUED)).rows.length > 0;
    });
    await until("its progress is shown", async () => recorder.statuses.length > 0);
    recorder.cancel();
    expect((await running).message).toBe("cancelled; no backup was made");
    expect(recorder.statuses[0]).toMatch(/^pg_dump: \d+ bytes, /);
    expect(await readdir(directory)).toEqual(before);
    await client.end();
  });

  test("a password reaches pg_dump by its environment alone, and no message", async () => {
    await query(server.url, "CREATE ROLE guest LOGIN PASSWORD 'canary'");
    const url = new URL(server.url);
    url.username = "guest";
    url.password = "canary";
    const failure = await failureOf(takeBackup(targetOf(url.href), await declared(), record().ctx));
    expect(failure.message).toMatch(/permission denied for/);
    expect(failure.message).not.toContain("canary");
  });
});

test.each([
  ["no such program", { pgDump: "/nowhere/pg_dump" }, /cannot run \/nowhere\/pg_dump/],
  ["a program that is none", { pgDump: "false" }, /cannot run false/],
])("a preview refuses %s", async (_, args, message) => {
  const failure = await failureOf(requireBackup(targetOf(server.url), await declared(args)));
  expect(failure.message).toMatch(message);
  expect(failure.message).toMatch(/install PostgreSQL's client programs/);
});

test("a preview refuses a pg_dump that is older than the server", async () => {
  const old = join(directory, "pg_dump");
  await writeFile(old, "#!/bin/sh\necho 'pg_dump (PostgreSQL) 12.3'\n", { mode: 0o755 });
  const desired = await declared({ pgDump: old });
  const { message } = await failureOf(requireBackup(targetOf(server.url), desired));
  expect(message).toContain(`${old} belongs to PostgreSQL 12, but the server is PostgreSQL 13`);
});

describe("a command in the place of pg_dump", () => {
  test("counts by its exit code; what it prints is not kept", async () => {
    const { outputs, lines } = await back({ command: ["sh", "-c", "echo canary"] });
    expect(outputs).toMatchObject({ tool: "sh", file: null, sizeBytes: null, entries: null });
    expect(JSON.stringify({ outputs, lines })).not.toContain("canary");
  });

  test("that fails says why, without a URL", async () => {
    const script = "echo no quota at postgresql://u:canary@h/d >&2; exit 3";
    const { message } = await failureOf(back({ command: ["sh", "-c", script] }));
    expect(message).toContain("sh exited with code 3");
    expect(message).toContain("no quota at (a URL, not shown)");
  });

  test("that does not exist", async () => {
    expect((await failureOf(back({ command: ["no-such-program"] }))).message).toContain("127");
  });
});

test.each([
  [{ indexes: [] }, "indexes"],
  [{ tables: ["--file=/etc/passwd"] }, "tables[0]"],
  [{ pgDump: "-x" }, "pgDump"],
  [{ maximumAge: "24" }, "maximumAge"],
  [{ directory: "" }, "directory"],
])("%j is refused", async (args, path) => {
  expect(await parseBackup({ indexes: INDEXES, directory, ...args })).toMatchObject({
    kind: "problems",
    problems: [{ path }],
  });
});
