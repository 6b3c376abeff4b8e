import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { SetupError } from "./command.mjs";
import { bin, modules, node24, root } from "./paths.mjs";

const everything = { build: true, pulumi: true };

/**
 * The projects that run the engine in the tests' own processes; coverage cannot see the provider's
 * process.
 */
const COVERAGE = [
  "--coverage",
  ...["unit", "database", "corpus", "inplace", "faults", "harsh"].map(
    (name) => `--project=${name}`,
  ),
];

/**
 * The names used by the scripts in package.json. Each gives the command to run and what must exist
 * first. Anything else is a file to run under Node 24.
 */
const targets = {
  setup: () => ({ ...everything }),
  build: () => ({ build: true }),
  test: (args) => ({
    ...testNeeds(args),
    command: [node24, join(modules, "vitest", "vitest.mjs"), "run", ...args],
  }),
  matrix: (args) => ({ command: [node24, join(root, "tools", "matrix.mjs"), ...args] }),
  mutation: (args) => ({ command: [node24, join(root, "tools", "mutation", "main.mjs"), ...args] }),
  bench: (args) => ({
    ...everything,
    command: [node24, join(root, "bench", "main.ts"), ...args],
  }),
  coverage: (args) => ({
    // Functions that come from the cache are counted less precisely.
    env: { NODE_DISABLE_COMPILE_CACHE: "1" },
    command: [node24, join(modules, "vitest", "vitest.mjs"), "run", ...COVERAGE, ...args],
  }),
  check: (args) => ({
    build: true,
    command: [node24, join(root, "tools", "check.mjs"), ...args],
  }),
  docs: (args) => ({
    build: true,
    command: [node24, join(root, "tools", "docs", "main.ts"), ...args],
  }),
  format: (args) => ({ command: [join(bin, "biome"), "check", "--write", ...args] }),
  sbom: (args) => ({ command: [node24, join(root, "tools", "sbom.mjs"), ...args] }),
  pulumi: (args) => ({ ...everything, command: ["pulumi", ...args] }),
  exec: (args) => ({ pulumi: true, command: args }),
};

export function target([name, ...args]) {
  if (name === undefined) throw new SetupError(usage());
  if (Object.hasOwn(targets, name)) return { ...targets[name](args), name };
  const file = resolve(root, name);
  if (!existsSync(file))
    throw new SetupError(`There is no target and no file called "${name}".\n${usage()}`);
  return { ...everything, name, command: [node24, file, ...args] };
}

const LIGHT = new Set(["unit", "browser", "database", "corpus", "inplace", "faults", "harsh"]);

/**
 * Most tests import the sources. The provider's process loads the build, and only the pulumi
 * project needs a CLI.
 */
function testNeeds(args) {
  const projects = args.flatMap((arg, index) => {
    if (arg === "--project") return [args[index + 1]];
    return arg.startsWith("--project=") ? [arg.slice("--project=".length)] : [];
  });
  const heavy = projects.filter((name) => !LIGHT.has(name));
  if (projects.length === 0 || heavy.some((name) => name !== "provider")) return everything;
  return { build: heavy.length > 0 };
}

function usage() {
  return `Usage: node tools/run.mjs <${Object.keys(targets).join(" | ")} | file> [arguments]`;
}
