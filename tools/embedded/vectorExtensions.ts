import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, join, resolve } from "node:path";
import { run } from "./onDemand.ts";
import { can, serverAccount } from "./serverAccount.ts";
import { copyFor } from "./serverBinaries.ts";

/**
 * Names a Python package that carries a whole PostgreSQL 18. Only its extensions are kept: the
 * embedded server of that version loads them, and has pageinspect and bloom beside them.
 */
const REQUIREMENTS = join(import.meta.dirname, "vectorExtensions.txt");

/** What is kept depends on no Python: without it, pip would look for a file for the one that runs it. */
const PYTHON = "3.12";

const KEPT = /^(vector|vectorscale|pg_textsearch)(-.*)?\.(control|sql|so|dylib)$/;

/**
 * The settings by which a server of PostgreSQL 18 finds vector, vectorscale and pg_textsearch;
 * fetches them, once per clone. Throws `FetchError` where there is no pip, or nothing for this
 * platform.
 */
export function vectorSettings(): Readonly<Record<string, string>> {
  const account = serverAccount();
  const folder = fetched();
  const isReadable = can(account, "test", ["-r", join(folder, "extension", "vector.control")]);
  const readable = isReadable ? folder : copyFor(account, folder, basename(folder));
  return {
    extension_control_path: `${readable}:$system`,
    dynamic_library_path: `${join(readable, "lib")}:$libdir`,
    shared_preload_libraries: "pg_textsearch",
  };
}

function fetched(): string {
  const home = resolve(import.meta.dirname, "../../.pgindex");
  const [, release] = /==(\S+)/.exec(readFileSync(REQUIREMENTS, "utf8")) ?? [];
  const target = join(home, `vector-extensions-${release}`);
  if (existsSync(target)) return target;
  mkdirSync(home, { recursive: true });
  const fresh = mkdtempSync(join(home, "fetching-"));
  try {
    const wanted = ["--require-hashes", "-r", REQUIREMENTS, "--python-version", PYTHON];
    const quietly = ["--only-binary=:all:", "--no-deps", "--disable-pip-version-check"];
    const pip = ["-m", "pip", "install", "--target", join(fresh, "package")];
    run("python3", [...pip, ...quietly, ...wanted], fresh);
    keep(join(fresh, "package", "pgserver", "pginstall"), join(fresh, "kept"));
    renameSync(join(fresh, "kept"), target);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(target)) throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return target;
}

function keep(server: string, target: string): void {
  const folders = { extension: "share/postgresql/extension", lib: "lib/postgresql" };
  for (const [name, folder] of Object.entries(folders)) {
    const from = join(server, folder);
    const filter = (file: string) => file === from || KEPT.test(basename(file));
    cpSync(from, join(target, name), { recursive: true, filter });
  }
}
