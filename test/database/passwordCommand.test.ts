// A password that a program prints, and that changes while we work.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { askForPassword } from "../../providers/pgindex/src/engine/connection/password/passwordCommand.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "pgindex-password-"));
const [token, asked] = [join(folder, "token"), join(folder, "asked")];
let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
});
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => writeFileSync(asked, ""));

/** Prints the token, as a cloud's tool does, and notes who asked. */
const PROGRAM = `const fs = require("fs");
const { PGHOST, PGPORT, PGUSER, PGDATABASE } = process.env;
fs.appendFileSync(process.argv[1], [PGHOST, PGPORT, PGUSER, PGDATABASE].join() + "\\n");
console.log(fs.readFileSync(process.argv[2], "utf8") + "\\nExpires in 15 minutes");`;
const node = (program: string, ...args: string[]) => [process.execPath, "-e", program, ...args];
const TELLS = node(PROGRAM, asked, token);

/** Both the cloud and the server have the new password. */
async function change(password: string): Promise<void> {
  writeFileSync(token, password);
  await db.query(`ALTER ROLE ${roles.deploy} PASSWORD '${password}'`);
}

async function connect(command: readonly string[], maxAgeMs: number): Promise<void> {
  // What stands in the URL is not taken.
  const url = roles.url.replace(":secret@", ":0ld@");
  const database = targetOf(url, { passwordCommand: { command, maxAgeMs } });
  const session = await openSession(database, { purpose: "test", writable: false, searchPath: [] });
  await session.close();
}

const askedFor = () => readFileSync(asked, "utf8").trim().split("\n").filter(Boolean);

test("new sessions share it until it is old, or the server refuses it; it is asked as whom and where", async () => {
  await change("f1rst-token");
  await Promise.all([connect(TELLS, 60_000), connect(TELLS, 60_000)]);
  const { hostname, port } = new URL(roles.url);
  expect(askedFor()).toEqual([[hostname, port, roles.deploy, db.name].join()]);
  await change("sec0nd-token");
  await Promise.all([connect(TELLS, 60_000), connect(TELLS, 60_000)]);
  expect(askedFor()).toHaveLength(2);
  await connect(TELLS, 0);
  await connect(TELLS, 0);
  expect(askedFor()).toHaveLength(4);
});

test("a command of the command line takes one too", async () => {
  await change("th1rd-token");
  const url = roles.url.replace(":secret@", "@");
  const options = ["--database-url", url, "--password-command", JSON.stringify(TELLS)];
  const { code, err } = await pgindex(["watch", ...options]);
  expect(err).toMatch(new RegExp(`^--database-url: .* as ${roles.deploy}\ndatabase ${db.name}@`));
  expect({ code, asked: askedFor().length }).toEqual({ code: 0, asked: 1 });
  expect(err).not.toContain("th1rd");
});

const SECRET = "s3cret-of-the-cloud";

describe("is told, with nothing that may be a secret", () => {
  test.each<[title: string, command: readonly string[], message: RegExp]>([
    [
      "no such program",
      ["no-such-program"],
      /why: passwordCommand, no-such-program: there is no such program\n/,
    ],
    [
      "it fails, and says why",
      node(
        `console.log("${SECRET}"); console.error("denied for ${SECRET}\\n${SECRET}"); process.exit(255)`,
      ),
      /why: passwordCommand, \S+: it ended with the exit code 255, and said: denied for \(hidden\)\n/,
    ],
    [
      "it fails, and says too much",
      node(
        `console.error("token=${SECRET} at https://x/?s=${SECRET} " + "${SECRET}".repeat(3)); process.exit(1)`,
      ),
      /exit code 1, and said: token=\(hidden\) at \(a URL, not shown\) \(hidden\)\n/,
    ],
    ["it prints nothing", node(""), /why: passwordCommand, \S+: it printed no password\n/],
    [
      "an empty first line",
      node(`console.log("\\n${SECRET}")`),
      /why: passwordCommand, \S+: it printed no password\n/,
    ],
    [
      "it is ended",
      node("process.kill(process.pid, 'SIGTERM')"),
      /why: passwordCommand, \S+: it was ended by SIGTERM\n/,
    ],
    [
      "the server does not take it",
      node(`console.log("${SECRET}")`),
      /cannot connect to .*\n +why: .*; the password is that of passwordCommand, asked just now\n/,
    ],
  ])("%s", async (_, command, message) => {
    const { message: said } = await failureOf(connect(command, 60_000));
    expect(said).toMatch(message);
    expect(said).not.toContain(SECRET);
  });

  test("a program that fails is asked again", async () => {
    const login = { host: "h", port: 1 };
    const command = { command: node("process.exit(1)"), maxAgeMs: 60_000 };
    await failureOf(askForPassword(command, login).password);
    expect(askForPassword(command, login).forget).toBeUndefined();
  });
});
