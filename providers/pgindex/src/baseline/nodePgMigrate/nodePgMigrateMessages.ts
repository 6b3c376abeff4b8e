import type { Advice } from "../../engine/errors/advice";

export function noNodePgMigrateMigrationAdvice(
  folder: string,
  migration: string,
  why: string,
): Advice {
  return {
    what: `there is no migration ${migration} in ${folder}`,
    why,
    fix:
      "name the migrations folder (--migrations-dir) and " +
      "the migration's file name without its extension",
  };
}

export function unnumberedAdvice(file: string): Advice {
  return {
    what: `${file} has no place among the migrations`,
    why: "node-pg-migrate orders them by the number that a file name begins with, and refuses one without",
    fix: "rename it, or pass the ignorePattern that node-pg-migrate is run with",
  };
}

export function unreadMigrationAdvice(file: string): Advice {
  return {
    what: `cannot tell which indexes ${file} makes`,
    why: "it is a program, and only node-pg-migrate can run it",
    fix: "list them, as the Index resources have them: indexes: [{ table: …, name: …, columns: […] }]",
    otherwise:
      "take them from the SQL that node-pg-migrate up --dry-run prints: indexes: pgindex.indexesFromSql({ sql: `…` })",
  };
}

export function twiceListedAdvice(file: string): Advice {
  return {
    what: `the indexes of ${file} are listed`,
    why: "it is SQL, which says itself what it makes: the list would only be able to differ",
    fix: "leave indexes out",
  };
}

/** `missing`: what has to run first. */
export function outOfOrderAdvice(
  migration: string,
  why: string,
  missing: readonly string[] = [],
): Advice {
  const first = missing.at(-1);
  return {
    what: `the migration ${migration} is not marked as applied`,
    why: `${why}, and node-pg-migrate refuses to run anything while its rows are not the first files in their order`,
    fix: first
      ? `run them first: node-pg-migrate up ${missing.length}`
      : "bring the files and the rows into one order, as node-pg-migrate up would ask for",
    otherwise:
      "where node-pg-migrate is run with --no-check-order: checkOrder: false for this resource",
  };
}
