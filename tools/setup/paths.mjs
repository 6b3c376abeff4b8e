import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const modules = join(root, "node_modules");
export const bin = join(modules, ".bin");
export const node24 = join(bin, "node");
/** Written in Go, it takes a third of the time. It has no API yet: tools use the older one's. */
export const tsc = join(modules, "typescript-7", "bin", "tsc");
export const compileCache = join(root, ".pgindex", "compile-cache");
export const setupLock = join(root, ".pgindex", "setup.lock");

/** Outside the clone, so a second clone on the same machine finds what the first one built. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pgindex");
}
