import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { errorText, PgIndexError } from "../engine/errors/advice";

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
      throw new PgIndexError(
        {
          what: `cannot load the Drizzle schema ${file}: ${errorText(error)}`,
          why: "the schema is a module, and is run to see what it exports",
          fix: "check the path, and that the packages it imports are installed",
          otherwise:
            "read the migrations that drizzle-kit wrote: pgindex import --sql drizzle/*.sql",
        },
        { cause: error },
      );
    }
  }
  return modules;
}
