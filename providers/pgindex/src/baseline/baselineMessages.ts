import type { Advice } from "../engine/problems";

export function noMigrationAdvice(folder: string, tag: string | undefined, why: string): Advice {
  return {
    what: tag ? `there is no migration ${tag} in ${folder}` : `${folder} has no Drizzle migrations`,
    why,
    fix: "name the folder that drizzle-kit writes to (out in drizzle.config.ts), and the migration's file name without .sql",
  };
}

export function otherStatementsAdvice(file: string): Advice {
  return {
    what: `${file} does more than create indexes`,
    why: "marked as applied, the rest of it would never run",
    fix: "split it: drizzle-kit generate once for the indexes alone, and once for the rest",
  };
}

export function notAsMigratedAdvice(tag: string, differing: readonly string[]): Advice {
  return {
    what: `the migration ${tag} is not marked as applied`,
    why: `the database is not what it makes: ${differing.join("; ")}`,
    fix: "declare its indexes (pgindex.indexesFromSql) and let this resource depend on them",
    otherwise: "let drizzle-kit migrate run it, which locks the tables against writes",
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
