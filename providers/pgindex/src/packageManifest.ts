import { createRequire } from "node:module";
import { dirname } from "node:path";

const load = createRequire(__filename);
/** By the package's own name, since a bundle lies elsewhere than the file that it was made of. */
const MANIFEST = "pulumi-pgindex/package.json";

/** The folder of this package. */
export const PACKAGE_FOLDER: string = dirname(load.resolve(MANIFEST));

/** The release of this package. */
export const PACKAGE_VERSION: string = load(MANIFEST).version;
