import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { isOfNobody } from "../../../providers/pgindex/src/fleet/work/processOfHost.ts";
import { writeStackConfig } from "../../../providers/pgindex/src/fleet/work/stack/stackConfig.ts";
import { lockOwner } from "../../../providers/pgindex/src/fleet/work/stack/stackLock.ts";

const program = mkdtempSync(join(tmpdir(), "pgindex-stack-"));
afterAll(() => rmSync(program, { recursive: true }));
writeFileSync(join(program, "Pulumi.yaml"), "name: app\nruntime: nodejs\n");

const fileOf = (stack: string) => join(program, `Pulumi.${stack}.yaml`);
const SECRET = { secure: "v1:abc=" };

test("the template's values and secrets, the target's own over them, what the stack had below", async () => {
  writeFileSync(
    fileOf("template"),
    JSON.stringify({
      encryptionsalt: "v1:salt",
      environment: ["prod"],
      config: { "app:size": "1", "app:token": SECRET, "other:region": "eu" },
    }),
  );
  writeFileSync(fileOf("a"), JSON.stringify({ config: { "app:kept": "x", "app:size": "0" } }));
  const config = { size: "7", "other:region": "us" };
  await writeStackConfig({ program, stack: "a", template: "template", config });
  expect(parse(readFileSync(fileOf("a"), "utf8"))).toEqual({
    encryptionsalt: "v1:salt",
    environment: ["prod"],
    config: { "app:kept": "x", "app:size": "7", "app:token": SECRET, "other:region": "us" },
  });
});

test.each([
  { what: "a template that is not there", template: "none", said: /has no configuration/ },
  { what: "a secret of Pulumi's service", template: "cloud", said: /only it can read/ },
])("$what is refused", async ({ template, said }) => {
  writeFileSync(fileOf("cloud"), JSON.stringify({ config: { "app:token": SECRET } }));
  const writing = writeStackConfig({ program, stack: "b", template, config: {} });
  await expect(writing).rejects.toThrow(said);
});

test("a lock is of nobody only if its process was on this machine and is no more", () => {
  const text = (host: string, pid: number) =>
    `error: the stack is currently locked by 1 lock(s).\n  file:///l.json: created by me@${host} (pid ${pid}) at 2026-11-29T07:00:00Z`;
  const owner = (host: string, pid: number) => lockOwner(text(host, pid)) ?? { host: "", pid: 0 };
  expect(owner("build-7", 42)).toEqual({ host: "build-7", pid: 42 });
  expect(isOfNobody(owner(hostname(), process.pid))).toBe(false);
  expect(isOfNobody(owner("elsewhere", 2 ** 30))).toBe(false);
  expect(isOfNobody(owner(hostname(), 2 ** 30))).toBe(true);
  expect(lockOwner("Conflict: Another update is currently in progress.")).toBeUndefined();
});
