// Installs Prisma's command line here, if it is missing. It is not among the project's own
// packages, because it is 100 MB that only the tests of PrismaBaseline need. Version 6 is the last
// that migrates with its bundled WebAssembly engine (engine: "js" in prisma.config); 7 has to
// download a binary from one of Prisma's hosts, which not every machine can reach. Its adapter is
// the one from 7, because 6's cannot read the type "name", which migrate deploy queries.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { installOnDemand } from "../setup/onDemand.mjs";

await installOnDemand(dirname(fileURLToPath(import.meta.url)));
