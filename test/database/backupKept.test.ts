import { execFileSync } from "node:child_process";
import { appendFile, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireBackup, takeBackup } from "../../providers/pgindex/src/backup/backup.ts";
import { parseBackup } from "../../providers/pgindex/src/backup/backupArgs.ts";
import type { BackupOutputs } from "../../providers/pgindex/src/backup/backupOutputs.ts";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { failureOf, record, targetOf } from "../support/engine/engine.ts";
import { temporaryFolder } from "../support/temporaryFolder.ts";
import { pgDumpProblem } from "../support/tools/pgDump.ts";

const problem = pgDumpProblem();
const skipped = problem ? ` (skipped: ${problem})` : "";

// Debian's pg_dump is of PostgreSQL 15, and dumps no server that is newer.
const OLD = "13";
const INDEXES = [{ table: "t", name: "i", columns: ["a"] }];

let server: EmbeddedServer;
let directory: string;

beforeAll(async () => {
  server = await startEmbedded({ name: "backup-kept", version: OLD });
  directory = temporaryFolder("backup");
  await query("CREATE TABLE t (a int, b text)");
  await query("INSERT INTO t SELECT n, md5(n::text) FROM generate_series(1, 20000) AS n");
  await query('CREATE TABLE "Order" (a int)');
  await query("CREATE TABLE events (a int) PARTITION BY RANGE (a)");
  await query("CREATE TABLE events_1 PARTITION OF events DEFAULT PARTITION BY RANGE (a)");
  await query("CREATE TABLE events_1_1 PARTITION OF events_1 DEFAULT");
});
afterAll(() => server.stop());

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function declared(args: object = {}) {
  const parsed = await parseBackup({ indexes: INDEXES, directory, ...args });
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

async function back(args: object = {}, previous?: BackupOutputs, url = server.url) {
  const { ctx, lines } = record();
  const outputs = await takeBackup(targetOf(url), await declared(args), ctx, previous);
  return { outputs, lines: lines.join("\n") };
}

const preview = async (args: object) => requireBackup(targetOf(server.url), await declared(args));

/** What runs pg_dump as a command of one's own: its connection stands in the environment. */
function dumpsTo(file: string, ...options: string[]) {
  return {
    command: ["pg_dump", `--dbname=${server.url}`, `--file=${file}`, ...options],
    file,
  };
}

const FORMATS = ["custom", "directory", "tar", "plain"] as const;
const formatted = (format: string) => join(directory, `of-${format}`);

const ignore = (_: unknown) => undefined;

/** As a copy that was cut short. */
async function cut(file: string, keep: (size: number) => number): Promise<void> {
  await truncate(file, keep((await stat(file)).size));
}

describe.skipIf(problem)(`a backup${skipped}`, () => {
  test("records its checksum, its database and its tables", async () => {
    const { outputs } = await back({ tables: ["t"] });
    expect(outputs.sha256).toBe(
      execFileSync("sha256sum", [outputs.file ?? ""], { encoding: "utf8" }).slice(0, 64),
    );
    expect(outputs.database).toEqual({
      systemIdentifier: expect.stringMatching(/^\d{15,}$/),
      oid: expect.any(Number),
      name: "postgres",
    });
    expect(outputs.ofTables).toEqual(["t"]);
  });

  test("cut while it was written is refused, and leaves nothing", async () => {
    const cutting = join(directory, "pg_dump");
    await writeFile(
      cutting,
      `#!/bin/sh
pg_dump "$@" || exit
for a; do case $a in --file=${directory}/*) f=$(echo "$a" | cut -d= -f2); esac; done
[ -f "$f" ] && truncate -s $(( $(stat -c %s "$f") / 4 )) "$f"
exit 0
`,
      { mode: 0o755 },
    );
    await writeFile(join(directory, "pg_restore"), '#!/bin/sh\nexec pg_restore "$@"\n', {
      mode: 0o755,
    });
    const { message } = await failureOf(back({ pgDump: cutting }));
    expect(message).toMatch(/cannot be read back\n.*could not read from input file: end of file/);
  });

  test.each([
    ["one table is misspelt", ["t", "tt"], 'no matching tables were found for pattern "tt"'],
    ["all are", ["nowhere"], "no matching tables were found"],
    ["one has capitals and no quotes", ["Order"], 'found for pattern "Order"'],
  ])("is refused before anything is done where %s", async (_, tables, said) => {
    for (const refused of [preview, back]) {
      const { message } = await failureOf(refused({ tables }));
      expect(message).toContain(said);
      expect(message).toContain("correct the name in tables");
    }
  });

  test("of tables that are there, and quoted, passes", async () => {
    await preview({ tables: ["t", 'public."Order"'] });
    expect((await back({ tables: ["t", '"Order"'] })).outputs.entries).toBeGreaterThan(3);
  });

  test("of a partitioned table without its partitions has no rows, and is refused", async () => {
    const { message } = await failureOf(back({ tables: ["events"] }));
    expect(message).toContain(
      "the backup has public.events without its partition public.events_1_1",
    );
    await back({ tables: ["events*"] });
  });

  test("acts as the role of the Connection", async () => {
    await query("CREATE ROLE reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader");
    await query("CREATE ROLE login LOGIN PASSWORD 'canary' IN ROLE reader");
    await query("ALTER ROLE login NOINHERIT");
    const url = new URL(server.url);
    url.username = "login";
    url.password = "canary";
    const desired = await declared({ tables: ["t"] });
    const as = (role?: string) => targetOf(url.href, { url: url.href, role });
    expect((await failureOf(takeBackup(as(), desired, record().ctx))).message).toContain(
      "permission denied",
    );
    await requireBackup(as("reader"), desired);
    const { file } = await takeBackup(as("reader"), desired, record().ctx);
    expect(file).toMatch(/\.dump$/);
  });
});

describe.skipIf(problem)(`the last backup is enough${skipped}`, () => {
  const again = async (change: (last: BackupOutputs) => Promise<BackupOutputs | undefined>) => {
    const { outputs } = await back();
    const last = (await change(outputs)) ?? outputs;
    const next = await back({}, last);
    expect(next.outputs.takenAt).not.toBe(last.takenAt);
    expect(next.outputs.file).not.toBe(last.file);
    return next.lines;
  };

  test("as long as nothing has changed", async () => {
    const { outputs } = await back();
    const next = await back({ indexes: [{ ...INDEXES[0], name: "j" }] }, outputs);
    expect(next.outputs).toEqual({ ...outputs, covers: next.outputs.covers });
    expect(next.lines).toMatch(/^info: the backup of .* ago is recent enough$/);
  });

  test.each<[string, RegExp, (last: BackupOutputs) => Promise<BackupOutputs | undefined>]>([
    ["is gone", /\.dump is gone$/m, async ({ file }) => ignore(await rm(file ?? ""))],
    [
      "was emptied",
      /is not the file that was written$/m,
      async ({ file }) => ignore(await truncate(file ?? "", 0)),
    ],
    [
      "was cut",
      /is not the file that was written$/m,
      async ({ file }) => ignore(await cut(file ?? "", (size) => Math.floor(size / 4))),
    ],
    [
      "was replaced by another dump of the same size",
      /is not the file that was written$/m,
      async ({ file = "" }) => {
        const bytes = await readFile(file ?? "");
        bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
        await writeFile(file ?? "", bytes);
        return undefined;
      },
    ],
    [
      "has something appended",
      /is not the file that was written$/m,
      async ({ file }) => ignore(await appendFile(file ?? "", "x")),
    ],
    [
      "is a folder now",
      /is (gone|not the file that was written)$/m,
      async (last) => ({ ...last, file: directory }),
    ],
    [
      "is of another cluster's database of the same name",
      /the last one is of another database: postgres of cluster 7$/m,
      async (last) => ({
        ...last,
        database: { systemIdentifier: "7", oid: last.database?.oid ?? 0, name: "postgres" },
      }),
    ],
    [
      "is of a database that was dropped and created again",
      /of another database/,
      async (last) => ({
        ...last,
        database: { systemIdentifier: "7", name: "postgres", ...last.database, oid: 1 },
      }),
    ],
    [
      "is of release 0.1",
      /an older release did not record the database/,
      async ({ sha256: _, database: __, ofTables: ___, ...last }) => last,
    ],
    [
      "was taken by a clock that is ahead",
      /taken in the future/,
      async (last) => ({ ...last, takenAt: new Date(Date.now() + 86_400_000).toISOString() }),
    ],
    ["has no time", /^info: backing up again/, async (last) => ({ ...last, takenAt: "" })],
    [
      "has some tables only",
      /the last one has t$/m,
      async (last) => ({ ...last, ofTables: ["t"] }),
    ],
    [
      "was made by a command",
      /the last one was made by railway$/m,
      async (last) => ({ ...last, tool: "railway", file: null, sha256: null }),
    ],
  ])("unless it %s", async (_, says, change) => {
    expect(await again(change)).toMatch(says);
  });

  test("unless it is of another database of the cluster", async () => {
    const { outputs } = await back();
    await query("CREATE DATABASE other");
    const url = new URL(server.url);
    url.pathname = "/other";
    const next = await back({}, outputs, url.href);
    expect(next.lines).toContain("the last one is of another database: postgres");
    expect(next.outputs.database?.name).toBe("other");
    await query("DROP DATABASE other");
  });

  test("unless there are other tables to back up", async () => {
    const { outputs } = await back();
    expect((await back({ tables: ["t"] }, outputs)).lines).toContain(
      "the last one has every table",
    );
  });
});

describe.skipIf(problem)(`the dump of a command${skipped}`, () => {
  test.each(FORMATS)("is read to its end, and kept: %s", async (format) => {
    const file = formatted(format);
    const args = dumpsTo(file, `--format=${format}`);
    await preview(args);
    const { outputs } = await back(args);
    expect(outputs).toMatchObject({ tool: "pg_dump", file, sha256: expect.any(String) });
    expect(outputs.sizeBytes).toBeGreaterThan(10_000);
    expect(outputs.entries === null).toBe(format === "plain");
    expect((await back(args, outputs)).lines).toContain("is recent enough");
  });

  test.each(FORMATS)("is refused when it was cut: %s", async (format) => {
    const file = `${formatted(format)}-cut`;
    const { command } = dumpsTo(file, `--format=${format}`);
    execFileSync(command[0] ?? "", command.slice(1));
    const part = format === "directory" ? `$(ls -S ${file}/*.gz | head -1)` : file;
    const script = `f=${part}; truncate -s $(( $(stat -c %s "$f") * 3 / 4 )) "$f"`;
    const { message } = await failureOf(back({ command: ["sh", "-c", script], file }));
    expect(message).toContain(`the dump ${file} cannot be read back`);
  });

  test.each([
    ["is missing", "true", /no such file or directory/],
    ["is empty", ": >FILE", /too short|empty|not appear/],
    ["is none", "echo nothing much, but more than a header is long >FILE", /not appear|too short/],
    ["is an empty folder", "mkdir -p FILE", /toc\.dat/],
  ])("is refused when it %s", async (what, script, says) => {
    const file = join(directory, `command ${what}`);
    const command = ["sh", "-c", script.replace("FILE", `"${file}"`)];
    const { message } = await failureOf(back({ command, file }));
    expect(message).toContain(`the dump ${file} cannot be read back`);
    expect(message).toMatch(says);
  });

  test("is looked for again: another one has to be made when it has changed", async () => {
    const file = formatted("changed");
    const args = dumpsTo(file, "--format=custom");
    const { outputs } = await back(args);
    await appendFile(file, "x");
    expect((await back(args, outputs)).lines).toContain("is not the file that was written");
  });

  test("that was not named is taken again once it is", async () => {
    const { outputs } = await back({ command: ["true"] });
    expect(outputs).toMatchObject({ file: null, sha256: null, entries: null });
    expect((await back({ command: ["true"] }, outputs)).lines).toContain("is recent enough");
    const file = formatted("named");
    execFileSync("pg_dump", [`--dbname=${server.url}`, `--file=${file}`]);
    const named = await back({ command: ["true"], file }, outputs);
    expect(named.lines).toContain("of the last one, no file was checked");
  });
});

test.each([
  [{ file: "x.dump" }, "file"],
  [{ command: ["true"], file: "" }, "file"],
  [{ command: ["true"], file: "-x" }, "file"],
  [{ command: ["true"], tables: ["t"] }, "tables"],
])("%j is refused", async (args, path) => {
  expect(await parseBackup({ indexes: INDEXES, directory, ...args })).toMatchObject({
    kind: "problems",
    problems: [{ path }],
  });
});

test("a preview refuses a pg_restore that is missing, where there is something to read", async () => {
  const args = { command: ["true"], pgDump: "/nowhere/pg_dump" };
  await preview(args);
  const { message } = await failureOf(preview({ ...args, file: "x" }));
  expect(message).toContain("cannot run /nowhere/pg_restore");
});
