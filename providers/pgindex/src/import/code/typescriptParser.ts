import { createRequire } from "node:module";
import { resolve } from "node:path";
import type ts from "typescript";
import { PgIndexError } from "../../engine/errors/advice";
import { missingTypescriptAdvice } from "./codeMessages";

export type Typescript = typeof ts;

/**
 * TypeScript's own parser, which reads JavaScript too, from the project that has the file, else from
 * this package's. It is optional: only migrations that are programs need it.
 */
export function loadTypescript(file: string): Typescript {
  for (const place of [resolve(file), __filename]) {
    try {
      const found: Partial<Typescript> = createRequire(place)("typescript");
      if (found.createSourceFile && found.forEachChild) return found as Typescript;
    } catch {
      // The next place may have it.
    }
  }
  throw new PgIndexError(missingTypescriptAdvice(file));
}
