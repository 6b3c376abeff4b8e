// npm run site: docs/ as a site, in .pgindex/docs-site, with a search that needs no server. A link
// to a page that is not there fails it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnDemand } from "../setup/onDemand.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
await installOnDemand(folder);
const vitepress = join(folder, "node_modules", "vitepress", "bin", "vitepress.js");
const { status } = spawnSync(process.execPath, [vitepress, "build", folder], { stdio: "inherit" });
process.exitCode = status ?? 1;
