// Installs Drizzle 1.0's release candidate here, if it is missing. It is not among the project's own
// packages, because its drizzle-kit wants its own drizzle-orm, beside 0.45's.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnDemand } from "../setup/onDemand.mjs";

await installOnDemand(dirname(fileURLToPath(import.meta.url)));
