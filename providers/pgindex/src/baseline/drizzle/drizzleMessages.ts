import type { Advice } from "../../engine/errors/advice";

export function noDrizzleMigrationAdvice(
  folder: string,
  tag: string | undefined,
  why: string,
): Advice {
  return {
    what: tag ? `there is no migration ${tag} in ${folder}` : `${folder} has no Drizzle migrations`,
    why,
    fix: "name the folder that drizzle-kit writes to (out in drizzle.config.ts), and the migration's file name without .sql, or its folder's name since 1.0",
  };
}

export function earlierFirstAdvice(tag: string, table: string): Advice {
  return {
    what: `the migration ${tag} is not marked as applied`,
    why: `${table} does not have the migrations before it, and drizzle-kit runs only what is later than its newest row: they would never run`,
    fix: `run them first: drizzle-kit migrate, with ${tag} left out of the journal`,
    otherwise:
      "if this database was made with drizzle-kit push, mark the earlier migrations by hand",
  };
}
