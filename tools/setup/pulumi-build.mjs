import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cleanEnvironment, excerpt, run } from "./command.mjs";
import { root } from "./paths.mjs";
import { withProgress } from "./progress.mjs";
import { addDynamicProvider, onPath, works } from "./pulumi-find.mjs";

const modulesFolder = join(root, "tools", "pulumi-cli");
const oldestGo = "1.25.11";

export function goAdvice() {
  if (onPath("go")) return "fix whatever stops the Go build";
  return (
    `install Go ${oldestGo} or newer (go.dev/dl), and put its folder on PATH: ` +
    "the CLI is then built here"
  );
}

/**
 * Compiles the CLI and the language host from their Go modules: slow, but needs nothing except Go's
 * module proxy.
 */
export async function build(cached, version, reasons) {
  if (!onPath("go")) {
    reasons.push('the Go build: there is no "go" on PATH');
    return false;
  }
  const temporary = `${cached}.build-${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const problem = await withProgress(
      "building the Pulumi CLI with Go, once per machine, about 4 minutes",
      () => buildBoth(temporary, version),
    );
    if (problem) {
      reasons.push(`the Go build:\n${problem.replace(/^/gm, "      ")}`);
      return false;
    }
    addDynamicProvider(temporary);
    if (!(await works(temporary))) {
      reasons.push("the Go build: what it built does not run");
      return false;
    }
    rmSync(cached, { recursive: true, force: true });
    renameSync(temporary, cached);
    return true;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function buildBoth(folder, version) {
  const sdk = "github.com/pulumi/pulumi/sdk/v3";
  const stamp = `-X ${sdk}/go/common/version.Version=v${version}`;
  return (
    (await goBuild(
      "cli",
      "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
      join(folder, "pulumi"),
      stamp,
    )) ??
    (await goBuild(
      "host",
      `${sdk}/nodejs/cmd/pulumi-language-nodejs`,
      join(folder, "pulumi-language-nodejs"),
      "",
    ))
  );
}

export async function goBuild(module, program, target, stamp) {
  const args = [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-ldflags",
    `-s -w ${stamp}`,
    "-o",
    target,
    program,
  ];
  // A go.work file above the clone would hide the module files committed here.
  const env = cleanEnvironment({ GOWORK: "off", CGO_ENABLED: "0" });
  const { code, output } = await run("go", args, { cwd: join(modulesFolder, module), env });
  return code === 0 ? undefined : excerpt(output, 6);
}
