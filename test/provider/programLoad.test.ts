// What the package takes in a program: modules, and memory.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/temporaryFolder.ts";

// V8 would take 600 MB to compile PostgreSQL's parser once more, after some statements.
test("a program that reads SQL takes little memory for it, and keeps V8's flags as they are", () => {
  const sql = Array.from({ length: 200 }, (_, i) => `CREATE INDEX i${i} ON t${i} (lower(a));`);
  const source = `const v8 = require("node:v8");
    const flags = [], set = v8.setFlagsFromString;
    v8.setFlagsFromString = (flag) => { flags.push(flag); set(flag); };
    const { indexesFromSql } = require("pulumi-pgindex");
    const count = indexesFromSql(process.argv[1]).length;
    setTimeout(() => {
      const { maxRSS } = process.resourceUsage();
      console.log(JSON.stringify({ count, flags, maxRSS }));
    }, 500);`;
  const folder = temporaryFolder("program");
  const file = join(folder, "schema.sql");
  writeFileSync(file, sql.join("\n"));
  const printed = execFileSync(process.execPath, ["-e", source, file], { encoding: "utf8" });
  const { count, flags, maxRSS } = JSON.parse(printed);
  expect(count).toBe(200);
  expect(maxRSS).toBeLessThan(400_000);
  const last = Object.fromEntries(
    flags.map((flag: string) => [flag.replace(/^--(no-)?/, ""), flag]),
  );
  expect(last).toEqual({
    "wasm-tier-up": "--wasm-tier-up",
    "wasm-dynamic-tiering": "--wasm-dynamic-tiering",
  });
});

// PostgreSQL's parser takes an eighth of a second of the processor to load. A program that reads
// SQL has it in a thread of its own.
test.each(["pulumi-pgindex", "pulumi-pgindex/native"])(
  "a program that imports %s loads neither a parser nor a driver",
  (entry) => {
    const source = `require("${entry}"); console.log(Object.keys(require.cache).join("\\n"))`;
    const loaded = execFileSync(process.execPath, ["-e", source], { encoding: "utf8" });
    expect(loaded).toContain("indexResource.js");
    expect(
      loaded.split("\n").filter((file) => /libpg-query|\/pg\/|dist\/provider\.js$/.test(file)),
    ).toEqual([]);
  },
);
