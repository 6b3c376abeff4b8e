// Where a command finds its database, without a stack: test/pulumi/plan.test.ts has those with one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConnectionOptions } from "../../../providers/pgindex/src/cli/database/connectionOptions.ts";
import { findDatabase } from "../../../providers/pgindex/src/cli/database/findDatabase.ts";
import { connectionParameters } from "../../../providers/pgindex/src/engine/connection/parameters.ts";

const cwd = mkdtempSync(join(tmpdir(), "pgindex-dotenv-"));
afterAll(() => rmSync(cwd, { recursive: true }));
beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith("PG")) vi.stubEnv(name, "");
  return () => vi.unstubAllEnvs();
});

const url = (host: string) => `postgresql://me:s3cret@${host}/app`;

type Env = Readonly<Record<string, string>>;

interface Case {
  readonly options?: ConnectionOptions;
  readonly env?: Env;
  readonly dotenv?: string;
  /** What is said. */
  readonly line: string;
}

/** `said` and the parameters that a session would connect with. */
async function find({ options = {}, env = {}, dotenv = "" }: Omit<Case, "line">) {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  writeFileSync(join(cwd, ".env"), dotenv);
  let said = "";
  const stderr = (text: string) => {
    said += text;
  };
  const database = await findDatabase({ cwd, ...options }, { stdout: stderr, stderr, env });
  expect(said).not.toContain("s3cret");
  return { said, database, parameters: connectionParameters(database.target.url) };
}

test.each<Case>([
  {
    options: { databaseUrl: "postgresql://me@option/app" },
    env: { DATABASE_URL: url("variable") },
    line: "--database-url: option:5432/app as me",
  },
  {
    options: { databaseUrlEnv: "OTHER" },
    env: { OTHER: url("other"), DATABASE_URL: url("variable") },
    line: "OTHER: other:5432/app as me",
  },
  {
    options: { databaseUrlEnv: "OTHER" },
    env: { DATABASE_URL: url("variable") },
    dotenv: `export OTHER="${url("other")}" # staging\n`,
    line: "OTHER of .env: other:5432/app as me",
  },
  {
    env: { DATABASE_URL: url("variable"), PGHOST: "libpq" },
    dotenv: `DATABASE_URL=${url("file")}`,
    line: "DATABASE_URL: variable:5432/app as me",
  },
  {
    env: { PGHOST: "libpq" },
    dotenv: `DATABASE_URL='${url("file")}'`,
    line: "DATABASE_URL of .env: file:5432/app as me",
  },
  {
    env: { DATABASE_URL: "" },
    dotenv: `DATABASE_URL=${url("file")}`,
    line: "the local server",
  },
  {
    env: { PGHOST: "libpq", PGUSER: "me", PGPASSWORD: "s3cret" },
    line: "the PG* variables: libpq:5432/ as me",
  },
  {
    env: { PGUSER: "me" },
    dotenv: "PGHOST=file\nPGUSER=other\nPGPASSWORD='s3cret +&%'\nPGDATABASE=$(touch owned)",
    line: "the PG* variables, also of .env: file:5432/$(touch owned) as me",
  },
  { env: { PGUSER: "me" }, line: "the local server" },
])("$line", async ({ line, ...given }) => {
  const { said } = await find(given);
  if (line !== "the local server") return expect(said).toBe(`${line}\n`);
  expect(said).toMatch(
    /^no database is named \(looked at: DATABASE_URL; \.env; the PG\* variables\); trying localhost:5432\/ as .*, as libpq does\n$/,
  );
});

test("a password of .env is taken as it stands, and a program for it by an option", async () => {
  const dotenv = "PGHOST=file\nPGPASSWORD='s3cret +&%'";
  const { parameters } = await find({ dotenv });
  expect(parameters).toEqual({ host: "file", password: "s3cret +&%" });
  const options = { passwordCommand: '["token", "--user"]', role: "owner", allowPooler: true };
  const { database } = await find({ dotenv, options });
  expect(database).toMatchObject({
    target: { passwordCommand: { command: ["token", "--user"], maxAgeMs: 600_000 } },
    session: { role: "owner", allowPooler: true },
  });
});

describe("is refused, and no password is shown", () => {
  test.each<[options: ConnectionOptions, message: RegExp]>([
    [{ databaseUrl: url("argument") }, /^a database URL cannot be given as an argument/],
    [{ databaseUrl: "postgresql://h/d?password=s3cret" }, /^a database URL cannot be given/],
    [{ databaseUrl: "s3cret@" }, /^a database URL cannot be given/],
    [{ databaseUrlEnv: url("name") }, /^a database URL cannot be given/],
    [{ databaseUrlEnv: "NOPE" }, /^the environment variable NOPE is not set/],
    [{ passwordCommand: "aws token s3cret" }, /^cannot read --password-command/],
    [{ passwordCommand: "[]" }, /^cannot read --password-command/],
  ])("%o", async (options, message) => {
    const refused = find({ options, env: { DATABASE_URL: url("variable") } });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.not.toThrow("s3cret");
  });
});
