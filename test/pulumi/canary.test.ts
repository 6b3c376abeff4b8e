// A password that must never be seen, brought in each way, and everything that a user's own
// commands show and leave.
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesBelow } from "../../tools/processes.ts";
import { createProject, type Running } from "../support/pulumi/pulumiCli.ts";
import {
  type Canary,
  createCanary,
  holdWrite,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";

const database = useDatabase(
  "CREATE TABLE users (id int, email text)",
  "CREATE TABLE orders (id int)",
);
const CONTROL = `Control${randomBytes(4).toString("hex")}`;
let canary: Canary;
beforeAll(async () => {
  canary = await createCanary(database());
});
afterAll(async () => {
  await canary.drop();
});

/**
 * Shows another word wherever the password is searched, so that a search that finds nothing there
 * fails.
 */
const PROGRAM = `
const { spawn } = require("node:child_process");
const pg = require("pg");
const pulumi = require("@pulumi/pulumi");
const { Connection, Index } = require("pulumi-pgindex");

const { CONTROL, CONTROL_URL } = process.env;
console.log(CONTROL);
exports.control = CONTROL;
const child = spawn(process.execPath, ["-e", "process.stdin.resume()", CONTROL], { stdio: ["pipe", "ignore", "ignore"] });
child.unref();
child.stdin.unref();
const client = new pg.Client({ connectionString: CONTROL_URL, application_name: CONTROL });
client.connect().then(() => client.unref());

const url = new pulumi.Config("canary").requireSecret("url");
const provider = new Connection("database", { url });
new Index("by-connection", { table: "users", name: "users_email_idx", columns: ["email"] }, { provider });
new Index("by-default", { table: "orders", name: "orders_id_idx", columns: ["id"] });
`;

/**
 * What a command shows to others while it runs: arguments of its processes, the server's view of
 * its sessions.
 */
interface Shown {
  readonly processes: Set<string>;
  readonly sessions: Set<string>;
}

function watch({ pid, ended }: Running): Shown & { readonly over: Promise<void> } {
  const shown: Shown = { processes: new Set(), sessions: new Set() };
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  ended.then(end, end);
  const poll = async () => {
    while (!isOver) {
      for (const { command } of processesBelow(pid)) shown.processes.add(command);
      const sessions = await database().query(
        "SELECT application_name, query FROM pg_stat_activity WHERE datname = current_database()",
      );
      for (const session of sessions) shown.sessions.add(JSON.stringify(session));
      await sleep(100);
    }
  };
  return { ...shown, over: poll() };
}

const env: Record<string, string> = { CONTROL };

/** Every file below a folder, the state's history and backups among them. */
function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
}

/** Runs a command to its end, and sees that the password is nowhere. */
async function spied(command: Running, isFound?: (shown: Shown) => Promise<void>) {
  const { over, ...shown } = watch(command);
  await isFound?.(shown);
  const { code, text } = await command.ended;
  await over;
  const [processes, sessions] = [shown.processes, shown.sessions].map((set) => [...set].join("\n"));
  expect(processes).toContain("/dynamic-provider");
  for (const each of [text, processes, sessions]) canary.assertAbsent(each ?? "");
  return { code, text, processes, sessions };
}

test("a build, its errors and its end show the password to nobody, and leave it nowhere", async () => {
  env.CONTROL_URL = database().url;
  const project = createProject({ files: { "index.js": PROGRAM }, env });
  await project.run("config", "set", "--secret", "canary:url", canary.url);

  env.DATABASE_URL = canary.url;
  const holder = await holdWrite(database(), "users");
  const built = await spied(project.start("up", "--yes"), async ({ sessions }) => {
    await until("the build is seen", () => /CREATE.*INDEX/.test([...sessions].join("\n")), 120_000);
    await holder.release();
  });
  expect(built.code).toBe(0);
  for (const each of [
    built.text,
    built.processes,
    built.sessions,
    filesBelow(project.backend).join("\n"),
  ])
    expect(each).toContain(CONTROL);

  const errors = {
    "password authentication failed": { password: `${new URL(canary.url).password}x` },
    "nothing listens there": { port: "1" },
  };
  for (const [error, part] of Object.entries(errors)) {
    env.DATABASE_URL = Object.assign(new URL(canary.url), part).href;
    const refused = await spied(project.start("refresh", "--yes", "--skip-preview"));
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain(error);
  }

  delete env.DATABASE_URL;
  await project.run("config", "set", "--secret", "pgindex:databaseUrl", canary.url);
  for (const command of ["up", "destroy"]) {
    const words = [command, "--yes", "--skip-preview", "--diff"];
    expect((await spied(project.start(...words))).code).toBe(0);
  }
  expect(filesBelow(project.backend).length).toBeGreaterThan(5);
  for (const file of [...filesBelow(project.backend), ...filesBelow(project.directory)])
    canary.assertAbsent(file);
});
