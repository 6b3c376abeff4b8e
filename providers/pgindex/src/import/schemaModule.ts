import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { PgIndexError } from "../engine/errors/advice";
import { unloadableSchemaAdvice } from "./drizzleMessages";

type Module = Readonly<Record<string, unknown>>;

/**
 * Loads modules of a program, written in TypeScript or JavaScript, as drizzle-kit does: extensions
 * may be left out of their imports.
 */
export async function loadModules(files: readonly string[]): Promise<Module[]> {
  const jiti = createJiti(pathToFileURL(resolve("noop.js")).href);
  const modules: Module[] = [];
  for (const file of files) {
    try {
      modules.push(await jiti.import(resolve(file)));
    } catch (error) {
      throw new PgIndexError(unloadableSchemaAdvice(file, error), { cause: error });
    }
  }
  return modules;
}
