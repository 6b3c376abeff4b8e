// Installs Prisma's command line here, if it is missing. It is not among the project's own
// packages, because it is 100 MB that only the tests of PrismaBaseline need. Version 6 is the last
// that migrates with its bundled WebAssembly engine (engine: "js" in prisma.config); 7 has to
// download a binary from one of Prisma's hosts, which not every machine can reach. Its adapter is
// the one from 7, because 6's cannot read the type "name", which migrate deploy queries.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../setup/command.mjs";
import { withLock } from "../setup/lock.mjs";
import { root } from "../setup/paths.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
// The last thing npm writes.
const installed = () => existsSync(join(folder, "node_modules", ".package-lock.json"));

async function install() {
  if (installed()) return;
  // Its install scripts would download the binaries.
  const args = ["ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, output } = await run("npm", args, { cwd: folder });
  if (code !== 0) throw new Error(`npm ci failed in tools/prisma:\n${output}`);
}

if (!installed()) await withLock(join(root, ".pgindex", "prisma.lock"), install);
