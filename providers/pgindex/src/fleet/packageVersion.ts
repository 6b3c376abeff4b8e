import { createRequire } from "node:module";

/** The release of this package. */
export function packageVersion(): string {
  return createRequire(__filename)("../../package.json").version;
}
