// Every line of shell that people copy is run by a test, or needs an account and is checked.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { calls, mistakesIn, shellBlocks } from "../support/tools/shellLines.ts";

const FILES = [
  "README.md",
  "providers/pgindex/README.md",
  ...globSync(["docs/*.md", "examples/*/README.md"]),
].sort();
const DOCUMENTS = FILES.map((file) => [file, readFileSync(file, "utf8")] as const);
const BLOCKS = DOCUMENTS.flatMap(([file, text]) =>
  shellBlocks(text).map((block) => [`${file}:${block.line}`, block] as const),
);

describe("a block of shell says who runs it, and bash can read it", () => {
  test.each(BLOCKS)("%s", (_, { marker, text }) => {
    const [, runner] = /^run by (\S+)$/.exec(marker) ?? [];
    if (runner) expect(existsSync(runner), `${runner} is not there`).toBe(true);
    else expect(marker).toMatch(/^needs an account: \S/);
    const { status, stderr } = spawnSync("bash", ["-n"], { input: text, encoding: "utf8" });
    expect(status, stderr).toBe(0);
  });
});

describe("commands and options are those of the tools' own help", () => {
  test.each(DOCUMENTS)("%s", async (_, text) => {
    const mistakes: string[] = [];
    for (const line of calls(text))
      mistakes.push(...(await mistakesIn(line)).map((mistake) => `${mistake}: ${line}`));
    expect(mistakes).toEqual([]);
  });

  test.each([
    ["pulumi up --yess", "pulumi up has no option --yess"],
    ["PGINDEX_PLAN=plan.json pulumi upp", "pulumi has no command upp"],
    ["npx pgindex status --stak dev | jq .", "pgindex status has no option --stak"],
    ["x && npx --yes --package a pgindex statuss", "pgindex has no command statuss"],
    ["railway run -- sh -c 'A=\"$B\" pulumi up --stak s'", "pulumi up has no option --stak"],
    ["npm run pulumi -- stack init --nope staging", "pulumi stack init has no option --nope"],
  ])("%s is a mistake", async (line, mistake) => {
    expect(await mistakesIn(line)).toEqual([mistake]);
  });
});
