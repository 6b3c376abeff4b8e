import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { SetupError } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { cacheFolder } from "./paths.mjs";
import { build, goAdvice } from "./pulumi-build.mjs";
import { find, works } from "./pulumi-find.mjs";
import { install } from "./pulumi-install.mjs";

/** The version to install or build, the same as @pulumi/pulumi in package.json. */
export const version = "3.258.0";
const oldest = "3.200.0";

/**
 * The folder of a Pulumi CLI with its Node.js language host, to put first on PATH. The first way
 * that works wins; PGINDEX_PULUMI (path, cache, install or build) allows only one.
 */
export async function ensurePulumi() {
  const only = process.env.PGINDEX_PULUMI;
  if (only && !["path", "cache", "install", "build"].includes(only)) {
    throw new SetupError(
      `PGINDEX_PULUMI is "${only}": set it to path, cache, install or build, or unset it.`,
    );
  }
  const allowed = (way) => !only || only === way;
  const reasons = [];

  if (allowed("path")) {
    const found = await find(oldest, reasons);
    if (found) return found;
  }
  const cached = join(cacheFolder(), `pulumi-${version}`);
  if (allowed("cache")) {
    if (await works(cached)) return cached;
    reasons.push(`the cache: ${cached} ${existsSync(cached) ? "does not run" : "does not exist"}`);
  }
  if (allowed("install") || allowed("build")) {
    if (await withLock(`${cached}.lock`, () => provide(cached, only, reasons))) return cached;
  }
  throw new SetupError(noWay(reasons));
}

async function provide(cached, only, reasons) {
  // Another set-up may have provided it while this one waited for the lock.
  if (!only && (await works(cached))) return true;
  removeLeftovers(cached);
  if (only !== "build" && (await install(cached, version, reasons))) return true;
  return only !== "install" && (await build(cached, version, reasons));
}

/** Removes leftovers of killed set-ups, which held the lock that this one holds now. */
function removeLeftovers(cached) {
  const folder = dirname(cached);
  for (const name of readdirSync(folder)) {
    if (/^(build|install)-\d+$/.test(name.slice(basename(cached).length + 1))) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function noWay(reasons) {
  return [
    "There is no Pulumi CLI, and none could be installed:",
    ...reasons.map((reason) => `  - ${reason}`),
    "Do one of these, then run the same command again:",
    `  - install Pulumi ${oldest} or newer (pulumi.com/docs/install), and put its folder on PATH`,
    `  - ${goAdvice()}`,
  ].join("\n");
}
