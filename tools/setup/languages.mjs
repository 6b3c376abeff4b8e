import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment, run, SetupError } from "./command.mjs";
import { withLock } from "./lock.mjs";
import { cacheFolder, root } from "./paths.mjs";
import { withProgress } from "./progress.mjs";
import { version } from "./pulumi.mjs";
import { goBuild } from "./pulumi-build.mjs";
import { onPath } from "./pulumi-find.mjs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const YAML = "pulumi-language-yaml";
const PYTHON = "pulumi-language-python";

/**
 * The folders to put first on PATH so that the CLI runs programs in YAML and Python; built once per
 * machine, for the tests of the native provider alone. Throws {@link SetupError} where Go or Python
 * is missing.
 */
export async function ensureLanguages() {
  const cached = join(cacheFolder(), `pulumi-languages-${version}`);
  if (!existsSync(cached)) {
    mkdirSync(cacheFolder(), { recursive: true });
    await withLock(`${cached}.lock`, async () => {
      if (existsSync(cached)) return;
      await withProgress("building Pulumi's hosts of YAML and Python", () => provide(cached));
    });
  }
  return [cached, join(cached, "venv", "bin")];
}

async function provide(cached) {
  const missing = ["go", "python3"].find((name) => !onPath(name));
  if (missing) throw new SetupError(`there is no "${missing}" on PATH`);
  const fresh = `${cached}.build-${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    await must(goBuild("yaml", `github.com/pulumi/pulumi-yaml/cmd/${YAML}`, join(fresh, YAML), ""));
    await must(goBuild("python", `${SDK}/python/cmd/${PYTHON}`, join(fresh, PYTHON), ""));
    await copyExecutor(fresh);
    renameSync(fresh, cached);
    // A virtual environment knows where it is.
    await command("python3", ["-m", "venv", join(cached, "venv")]);
    const pip = ["install", "--quiet", "--disable-pip-version-check", `pulumi==${version}`];
    await command(join(cached, "venv", "bin", "pip"), pip);
  } catch (error) {
    rmSync(cached, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

/** The script with which the host starts a program lies in its module. */
async function copyExecutor(folder) {
  const list = ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK];
  const module = await command("go", list, join(root, "tools", "pulumi-cli", "python"));
  const name = `${PYTHON}-exec`;
  copyFileSync(join(module.trim(), "python", "cmd", name), join(folder, name));
  chmodSync(join(folder, name), 0o755);
}

async function command(program, args, cwd = root) {
  const env = cleanEnvironment({ GOWORK: "off" });
  const { code, output } = await run(program, args, { cwd, env });
  if (code !== 0) throw new SetupError(`${program} ${args.join(" ")}: ${output}`);
  return output;
}

async function must(build) {
  const problem = await build;
  if (problem) throw new SetupError(problem);
}
