import { accessSync, chmodSync, constants, copyFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cleanEnvironment, run } from "./command.mjs";
import { modules } from "./paths.mjs";

const dynamicProvider = "pulumi-resource-pulumi-nodejs";
const plugins = ["pulumi-language-nodejs", dynamicProvider];
const quiet = () => cleanEnvironment({ PULUMI_SKIP_UPDATE_CHECK: "true" });

/**
 * Finds a Pulumi CLI on PATH that is new enough and has its language host next to it or on PATH.
 */
export async function find(oldest, reasons) {
  const cli = onPath("pulumi");
  if (!cli) {
    reasons.push('PATH: there is no "pulumi" on it');
    return undefined;
  }
  const found = await cliVersion(cli);
  if (!found || !atLeast(found, oldest)) {
    const problem = found
      ? `is version ${found}, but ${oldest} or newer is needed`
      : "does not run";
    reasons.push(`PATH: ${cli} ${problem}`);
    return undefined;
  }
  const beside = (name) => executable(join(dirname(realpathSync(cli)), name));
  const missing = plugins.find((name) => !onPath(name) && !beside(name));
  if (missing) {
    reasons.push(`PATH: ${cli} comes without "${missing}"`);
    return undefined;
  }
  return dirname(cli);
}

export async function works(folder) {
  if (!["pulumi", ...plugins].every((name) => executable(join(folder, name)))) return false;
  return Boolean(await cliVersion(join(folder, "pulumi")));
}

async function cliVersion(cli) {
  const { code, output } = await run(cli, ["version"], { env: quiet(), timeout: 30_000 });
  return code === 0 ? /^v(\d+\.\d+\.\d+)/m.exec(output)?.[1] : undefined;
}

/** The engine starts dynamic providers with this script, which finds the project's own SDK. */
export function addDynamicProvider(folder) {
  copyFileSync(join(modules, "@pulumi", "pulumi", dynamicProvider), join(folder, dynamicProvider));
  chmodSync(join(folder, dynamicProvider), 0o755);
}

export function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(executable);
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function atLeast(found, oldest) {
  const [a, b] = [found, oldest].map((text) => text.split(".").map(Number));
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 || a[differing] > b[differing];
}
