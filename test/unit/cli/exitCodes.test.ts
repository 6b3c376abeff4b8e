// One table of exit codes, and errors as JSON, for every command.
import { expect, test } from "vitest";
import { pgindex } from "../../support/tools/cli.ts";

const AWAY = { DATABASE_URL: "postgresql://me:s3cret@127.0.0.1:1/nowhere", PATH: "/nowhere" };
const MIGRATION = "drizzle/0013_sticky_skreet_CONCURRENT.sql";
const WRONG = { code: "wrong-use", exitCode: 1 };
const AWAY_ERROR = { code: "could-not-look", exitCode: 3, what: expect.any(String) };

test.each<[command: string, code: number, error?: object]>([
  ["--help", 0],
  ["nope", 1],
  ["watch --interval soon", 1, WRONG],
  ["import --sql no.sql", 1, { ...WRONG, fix: "check the path" }],
  ["status --no-such-option", 1, WRONG],
  ["doctor --database-url-env NOPE", 2],
  ["watch", 3, AWAY_ERROR],
  ["import", 3, AWAY_ERROR],
  [`apply ${MIGRATION}`, 3, AWAY_ERROR],
  ["unused", 3, AWAY_ERROR],
  ["redundant", 3, AWAY_ERROR],
  ["advise", 3, AWAY_ERROR],
  ["status", 3, { ...AWAY_ERROR, what: "there is no pulumi on PATH" }],
  ["report", 3, { ...AWAY_ERROR, what: "there is no pulumi on PATH" }],
])("%s ends with %i", async (command, code, error) => {
  const args = command.split(" ");
  const plain = await pgindex(args, AWAY);
  expect(plain).toMatchObject({ code });
  const json = await pgindex([...args, "--json"], AWAY);
  expect(plain.err + json.err + json.out).not.toContain("s3cret");
  if (error === undefined) return;
  expect(json.code).toBe(code);
  expect(json.err).not.toBe("");
  expect(JSON.parse(json.out).error).toMatchObject(error);
});
