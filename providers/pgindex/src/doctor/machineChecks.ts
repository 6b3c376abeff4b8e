import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Finding, ok, problem, warning } from "./finding";

type Env = Readonly<Record<string, string | undefined>>;

/** The oldest Node.js version that the package's dependencies support. */
const NODE = [22, 12] as const;
/** The oldest Pulumi CLI we have tested. */
const PULUMI = [3, 200] as const;

/** Checks what this machine needs to run a program with our resources. */
export async function examineMachine(env: Env): Promise<Finding[]> {
  return [examineNode(process.versions.node), await examinePulumi(env)];
}

export function examineNode(version: string): Finding {
  const check = "Node.js";
  if (isAtLeast(version, NODE)) return ok(check, `version ${version}`);
  const fix = `install Node.js ${NODE.join(".")} or newer, and put it first in PATH`;
  return problem(check, `version ${version} is too old for Pulumi's SDK and this package`, fix);
}

async function examinePulumi(env: Env): Promise<Finding> {
  const check = "Pulumi CLI";
  try {
    const { stdout } = await promisify(execFile)("pulumi", ["version"], { env: { ...env } });
    return examinePulumiVersion(stdout.trim());
  } catch (error) {
    const isMissing = (error as { code?: string }).code === "ENOENT";
    return problem(
      check,
      isMissing ? "there is no pulumi on PATH" : "pulumi version failed",
      "install it: https://www.pulumi.com/docs/install/",
    );
  }
}

export function examinePulumiVersion(printed: string): Finding {
  const check = "Pulumi CLI";
  if (isAtLeast(printed.replace(/^v/, ""), PULUMI)) return ok(check, `version ${printed}`);
  const fix = `install ${PULUMI.join(".")} or newer: https://www.pulumi.com/docs/install/`;
  return warning(check, `version ${printed} is older than any we have tested`, fix);
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [haveMajor = 0, haveMinor = 0] = version.split(".").map(Number);
  return haveMajor > major || (haveMajor === major && haveMinor >= minor);
}
