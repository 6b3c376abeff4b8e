// In processes of their own: flags are of a whole process, and so is what it has had in memory.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const PACKAGE = join(process.cwd(), "providers", "pgindex");
const MODULE = join(PACKAGE, "dist", "engine", "operation", "v8Flags.js");

/** The most that a process has had in memory that parses so many statements, in MB. */
function peakOf(count: number, flags = ""): number {
  const code = `(async () => {
    ${flags}
    const { loadModule, parseSync } = require("libpg-query");
    await loadModule();
    for (let i = 0; i < ${count}; i++) {
      parseSync(\`CREATE INDEX i\${i} ON t\${i} (a, lower(b)) WHERE a > \${i} AND b IS NOT NULL\`);
      if (i % 200 === 0) await new Promise(setImmediate);
    }
    // The compiler works in threads of its own.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    console.log(process.resourceUsage().maxRSS);
  })()`;
  const said = execFileSync(process.execPath, ["-e", code], { cwd: PACKAGE, encoding: "utf8" });
  return Number(said) / 1024;
}

test("thousands of statements are parsed in little more memory than ten", () => {
  const flags = `require(${JSON.stringify(MODULE)}).useLittleMemory();`;
  const [few, many, before] = [peakOf(10, flags), peakOf(12_000, flags), peakOf(12_000)];
  expect(many).toBeLessThan(few + 60);
  // Once this fails, V8 or the parser has changed, and the flags can go.
  expect(before).toBeGreaterThan(many + 100);
});
