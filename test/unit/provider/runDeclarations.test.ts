// What the processes of one command tell each other, which nobody else may.
import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RunDeclarations } from "../../../providers/pgindex/src/provider/indexes/runDeclarations.ts";

const temporary = mkdtempSync(join(tmpdir(), "pgindex-run-"));
const other = spawn("sleep", ["600"]);
beforeAll(() => vi.stubEnv("TMPDIR", temporary));
afterAll(() => {
  other.kill();
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

const ENGINE = "127.0.0.1:4242";
const URN = "urn:pulumi:dev::app::pulumi-nodejs:pgindex:Index::a";
const place = { schema: "public", name: "t_idx", table: "t" };
const seen = {
  database: { systemIdentifier: "7300000000000000001", oid: 16_384, name: "app" },
  startedAt: "2026-11-30 20:00:00+00",
};

test("what another process declares is known while it runs, and of a folder of this user's", () => {
  const own = new RunDeclarations(ENGINE);
  expect(own.elsewhere(place, seen)).toBeUndefined();
  own.declare(place, seen, URN);
  expect(own.elsewhere(place, seen)).toBeUndefined();
  const [folder = ""] = readdirSync(temporary).map((name) => join(temporary, name));
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const [file = ""] = readdirSync(folder).map((name) => join(folder, name));
  const said = readFileSync(file, "utf8");
  writeFileSync(file, said.replace(`${process.pid}`, `${other.pid}`));
  const found = () => new RunDeclarations(ENGINE).elsewhere(place, seen);
  expect(found()).toBe(URN);
  expect(new RunDeclarations("127.0.0.1:4243").elsewhere(place, seen)).toBeUndefined();
  chmodSync(folder, 0o777);
  expect(found()).toBeUndefined();
  chmodSync(folder, 0o700);
  writeFileSync(file, said.replace(`${process.pid}`, "999999999"));
  expect(found()).toBeUndefined();
});
