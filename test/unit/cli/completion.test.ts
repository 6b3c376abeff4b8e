// What completes commands in a shell: each shell reads its own script, and pgindex answers it.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { pgindex } from "../../support/tools/cli.ts";

/** What it prints: the library has no other place for it. */
async function printed(...args: readonly string[]): Promise<string> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  log.mockClear();
  expect(await pgindex(args)).toMatchObject({ code: 0, err: "" });
  return log.mock.calls.map(([line]) => `${line}\n`).join("");
}

// Skipped where the shell is missing: zsh and fish are on few machines of CI.
test.for(["bash", "zsh", "fish"])("%s reads the script", async (shell, { skip }) => {
  const script = await printed("completion", shell);
  expect(script).toContain("pgindex complete --");
  const file = join(tmpdir(), `pgindex-completion-${process.pid}.${shell}`);
  writeFileSync(file, script);
  const { status, stderr, error } = spawnSync(shell, ["-n", file], { encoding: "utf8" });
  rmSync(file);
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  skip(code === "ENOENT", `there is no ${shell}`);
  expect(error).toBeUndefined();
  expect(status, stderr).toBe(0);
});

test.each<[words: readonly string[], offered: readonly string[]]>([
  [[""], ["plan", "status", "watch", "fleet"]],
  [
    ["fleet", ""],
    ["plan", "start", "work"],
  ],
  [
    ["status", "--"],
    ["--stack", "--json"],
  ],
  [
    ["report", "--format", ""],
    ["html", "markdown", "json"],
  ],
])("after %j", async (words, offered) => {
  const lines = (await printed("complete", "--", ...words)).split("\n");
  expect(lines.map((line) => line.split("\t")[0])).toEqual(expect.arrayContaining([...offered]));
});
