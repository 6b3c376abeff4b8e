import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Debian's packages, unpacked into a folder of this process, and not installed: that would start
 * services. Undefined where there is no apt that has them.
 */
export function unpackDebian(...packages: readonly string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), `pgindex-${packages[0]}-`));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const succeeds = (command: string, args: string[]) =>
    spawnSync(command, args, { cwd: folder, stdio: "ignore" }).status === 0;
  const download = () => succeeds("apt-get", ["download", ...packages]);
  if (!download() && !(process.getuid?.() === 0 && succeeds("apt-get", ["update"]) && download()))
    return undefined;
  const unpack = 'for each in *.deb; do dpkg -x "$each" . || exit; done';
  return succeeds("sh", ["-c", unpack]) ? folder : undefined;
}
