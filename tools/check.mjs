// npm run check: formatter, linter, generated documents, the rules of the house and every type
// checker, side by side, all of their complaints at once. The build that comes before has checked
// the types of the package.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./setup/command.mjs";
import { bin, node24, root, tsc } from "./setup/paths.mjs";
import { withProgress } from "./setup/progress.mjs";

const types = (...args) => [node24, [tsc, "--noEmit", ...args]];
const checks = [
  {
    name: "format and lint (npm run format repairs most of it)",
    command: [join(bin, "biome"), ["check", "--error-on-warnings", "--max-diagnostics=10", "."]],
  },
  {
    name: "documents (npm run docs repairs them)",
    command: [node24, [join("tools", "docs", "main.ts"), "--check"]],
  },
  { name: "rules of the house", command: [node24, [join("tools", "house", "main.ts")]] },
  { name: "types of tests, tools and demo", command: types("-p", "tsconfig.check.json") },
];
// Pulumi's own compilation of the program skips the check, to start faster.
if (existsSync(join(root, "index.ts"))) {
  checks.push({ name: "types of the program", command: types("-p", ".", "--noCheck", "false") });
}

async function check({ name, command: [program, args] }) {
  const { code, output } = await run(program, args, { cwd: root });
  console.log(code === 0 ? `ok      ${name}` : `FAILED  ${name}\n${output}`);
  return code === 0;
}

const results = await withProgress("checking", () => Promise.all(checks.map(check)));
process.exitCode = results.every(Boolean) ? 0 : 1;
