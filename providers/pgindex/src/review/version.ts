import { createRequire } from "node:module";

/** The version of this package. */
export const PACKAGE_VERSION: string = createRequire(__filename)("../../package.json").version;
