import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./command.mjs";
import { node24, root } from "./paths.mjs";
import { withProgress } from "./progress.mjs";
import { addDynamicProvider, works } from "./pulumi-find.mjs";

// A machine without internet access must not wait for a TCP timeout.
const REACHABLE_WITHIN = 5_000;
const INSTALLED_WITHIN = 300_000;

const REACH = `
const { PulumiCommand } = require('@pulumi/pulumi/automation');
const [, target, version] = process.argv;
const signal = AbortSignal.timeout(${REACHABLE_WITHIN});
fetch('https://get.pulumi.com/', { method: 'HEAD', signal }).then(
  () => PulumiCommand.install({ root: target, version: new (require('semver').SemVer)(version) }),
).then(() => process.exit(0), (error) => {
  console.error((error.cause?.message ?? error.message).split('\\n')[0]);
  process.exit(1);
});`;

/** Runs Pulumi's own installer through the Automation API. */
export async function install(cached, version, reasons) {
  const temporary = `${cached}.install-${process.pid}`;
  mkdirSync(dirname(cached), { recursive: true });
  try {
    const { code, output } = await withProgress(`installing the Pulumi CLI ${version}`, () =>
      run(node24, ["-e", REACH, temporary, version], { cwd: root, timeout: INSTALLED_WITHIN }),
    );
    const folder = join(temporary, "bin");
    if (code === 0 && existsSync(folder)) {
      addDynamicProvider(folder);
      if (await works(folder)) {
        rmSync(cached, { recursive: true, force: true });
        renameSync(folder, cached);
        return true;
      }
    }
    reasons.push(`the official installer: ${output.split("\n").at(-1) || "took too long"}`);
    return false;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}
