import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { errorText, PgIndexError } from "../engine/errors/advice";

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
      throw new PgIndexError(
        {
          what: `cannot load the Drizzle schema ${file}: ${errorText(error)}`,
          why: "the schema is a module, and it is run to find its exports",
          fix: "check the path and that the packages it imports are installed",
          otherwise:
            "read the migrations that drizzle-kit wrote: pgindex import --sql drizzle/*.sql",
        },
        { cause: error },
      );
    }
  }
  return modules;
}
