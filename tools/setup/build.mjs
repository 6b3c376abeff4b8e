import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundleProviders } from "./bundles.mjs";
import { excerpt, run, SetupError } from "./command.mjs";
import { rollUpDeclarations } from "./declarations.mjs";
import { withLock } from "./lock.mjs";
import { modules, node24, root, setupLock, tsc } from "./paths.mjs";
import { withProgress } from "./progress.mjs";

const folder = join(root, "providers", "pgindex");
const dist = join(folder, "dist");
const work = join(root, ".pgindex");
const stamp = join(work, "built-from");
const manifest = join(folder, "package.json");

/** Compiles the package, unless dist/ was built from exactly these sources. */
export async function ensureBuild() {
  if (!existsSync(join(folder, "src")) || current()) return;
  await withLock(setupLock, async () => {
    if (!current()) await withProgress("building pulumi-pgindex", build);
  });
}

function current() {
  return existsSync(dist) && existsSync(stamp) && readFileSync(stamp, "utf8") === sourcesHash();
}

function sourcesHash() {
  const hash = createHash("sha256");
  const add = (path) => hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  for (const entry of readdirSync(join(folder, "src"), {
    recursive: true,
    withFileTypes: true,
  }).sort(byPath)) {
    if (entry.isFile()) add(pathOf(entry));
  }
  add(join(folder, "tsconfig.json"));
  add(manifest);
  for (const name of ["typescript-7", "typescript", "rollup-plugin-dts", "esbuild"])
    add(join(modules, name, "package.json"));
  for (const tool of ["build.mjs", "bundles.mjs", "declarations.mjs"])
    add(join(root, "tools", "setup", tool));
  return hash.digest("hex");
}

/** The names of the files in src that a program can import, from `exports`. */
function entries() {
  const { exports } = JSON.parse(readFileSync(manifest, "utf8"));
  const types = Object.values(exports).flatMap((entry) => entry.types ?? []);
  return types.map((file) => basename(file, ".d.ts"));
}

const pathOf = (entry) => join(entry.parentPath ?? entry.path, entry.name);
const byPath = (a, b) => (pathOf(a) < pathOf(b) ? -1 : 1);

/** Builds into a new folder and swaps it in, so no provider process ever loads half a build. */
async function build() {
  const hash = sourcesHash();
  // Beside dist, so that source maps lead to src.
  const fresh = join(folder, `.dist.new-${process.pid}`);
  const old = join(work, `dist.old-${process.pid}`);
  try {
    const { code, output } = await run(
      node24,
      [tsc, "-p", folder, "--outDir", fresh, "--noEmitOnError"],
      { cwd: root },
    );
    if (code !== 0) throw new SetupError(`pulumi-pgindex does not compile:\n${excerpt(output)}`);
    await rollUpDeclarations(fresh, entries());
    await bundleProviders(folder, fresh);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(fresh, dist);
    writeFileSync(stamp, hash);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}
