import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { errorText, PgIndexError } from "../engine/problems";

/** Loads a module of a program, written in TypeScript or JavaScript, as drizzle-kit does: extensions may be left out of its imports. */
export async function loadSchemaModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file);
  try {
    return await createJiti(pathToFileURL(path).href).import(path);
  } catch (error) {
    throw new PgIndexError(
      {
        what: `cannot load the Drizzle schema ${file}: ${errorText(error)}`,
        why: "the schema is a module, and is run to see what it exports",
        fix: "check the path, and that the packages it imports are installed",
        otherwise: "read the migrations that drizzle-kit wrote: pgindex import --sql drizzle/*.sql",
      },
      { cause: error },
    );
  }
}
