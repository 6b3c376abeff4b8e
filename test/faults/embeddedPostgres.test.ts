import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startEmbedded, stopKept } from "../../tools/embeddedPostgres.ts";

const LIBRARY = new URL("../../tools/embeddedPostgres.ts", import.meta.url).href;

describe("a server of a process that ends without stopping it", () => {
  const ways = {
    "killed by SIGKILL": (child: ChildProcess) => child.kill("SIGKILL"),
    "ended by Ctrl-C": (child: ChildProcess) => child.kill("SIGINT"),
    "ended by an exception": (child: ChildProcess) => child.stdin?.write("throw\n"),
    "ended by process.exit": (child: ChildProcess) => child.stdin?.write("exit\n"),
  };
  for (const [way, end] of Object.entries(ways)) {
    test(`ends too, with its folder, when that was ${way}`, async () => {
      const { child, pid, directory } = await processWithServer();
      expect(alive(pid)).toBe(true);
      end(child);
      await once(child, "exit");
      await vi.waitUntil(() => !alive(pid) && !existsSync(directory), { timeout: 60_000 });
    });
  }
});

async function processWithServer() {
  const script = `
    import { startEmbedded } from ${JSON.stringify(LIBRARY)};
    const { pid, directory } = await startEmbedded({ name: "orphan" });
    console.log(JSON.stringify({ pid, directory }));
    process.stdin.on("data", (word) => {
      if (String(word) === "exit\\n") process.exit(1);
      throw new Error("on purpose");
    });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const [line] = await once(createInterface(child.stdout), "line");
  return { child, ...(JSON.parse(line) as { pid: number; directory: string }) };
}

test("a crash loses nothing that was committed, and the address stays", async () => {
  const server = await startEmbedded({ name: "crash", database: "kept" });
  onTestFinished(() => server.stop());
  await query(server.url, "CREATE TABLE t AS SELECT 42 AS answer");
  const before = server.pid;
  await server.stopImmediately();
  await expect(query(server.url, "SELECT 1")).rejects.toThrow();
  await server.restart();
  expect(server.pid).not.toBe(before);
  expect(await query(server.url, "SELECT answer FROM t")).toEqual([{ answer: 42 }]);
});

test("a kept server is refused a second start on its folder, and ended by stopKept", async () => {
  const parent = mkdtempSync(join(tmpdir(), "pgindex-keep-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const directory = join(parent, "server");
  const server = await startEmbedded({ name: "kept", directory });
  onTestFinished(() => rmSync(server.directory, { recursive: true, force: true }));
  server.keep();
  onTestFinished(async () => void (await stopKept("kept", directory)));
  await expect(startEmbedded({ name: "second", directory })).rejects.toThrow(
    `kill -INT ${server.pid}`,
  );
  expect(await stopKept("kept", directory)).toBe(true);
  expect(await stopKept("kept", directory)).toBe(false);
  const again = await startEmbedded({ name: "kept", directory });
  expect(again.password).toBe(server.password);
  await again.stop();
});

test("every installed major version starts", async () => {
  for (const version of ["14", "18"]) {
    const server = await startEmbedded({ name: `version-${version}`, version });
    expect(server.version).toMatch(new RegExp(`^${version}\\.`));
    await server.stop();
  }
  await expect(startEmbedded({ name: "none", version: "9" })).rejects.toThrow(
    "no embedded PostgreSQL 9",
  );
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A process that ended stays in the table until whoever inherited it looks. */
function alive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-p", String(pid), "-o", "stat="], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.startsWith("Z");
}
