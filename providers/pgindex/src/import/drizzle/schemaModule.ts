import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { PgIndexError } from "../../engine/errors/advice";
import { unloadableSchemaAdvice } from "./drizzleMessages";

type Module = Readonly<Record<string, unknown>>;

/**
 * Loads a program's TypeScript or JavaScript modules the way drizzle-kit does: imports may omit
 * extensions.
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
