import type { Advice } from "../engine/errors/advice";
import { ident } from "../engine/text/sql";

/**
 * Messages about SQL and schemas that declarations are read from. `place` is where it stands:
 * `file.sql:12`.
 */

export function unreadableAdvice(place: string, message: string): Advice {
  const isPsql = /"\\"/.test(message);
  return {
    what: `cannot read the SQL at ${place}: ${message}`,
    why: isPsql
      ? "a line that begins with a backslash is psql's and not SQL (pg_dump writes \\restrict)"
      : "PostgreSQL's own parser refuses it, so nothing in the file can be trusted",
    fix: isPsql ? "remove the lines that begin with a backslash" : "correct the statement",
    otherwise: "pass only the CREATE INDEX statements: indexesFromSql({ sql: `…` })",
  };
}

export function missingFileAdvice(file: string, reason: string): Advice {
  return {
    what: `cannot read the file ${file}: ${reason}`,
    why: "the path is resolved from the folder that the program runs in",
    fix: "check the path",
    otherwise: "pass the text itself: indexesFromSql({ sql: `…` })",
  };
}

export function unnamedAdvice(place: string): Advice {
  return {
    what: `the CREATE INDEX at ${place} names no index`,
    why: "the name that PostgreSQL would choose for this expression differs between its versions",
    fix: "write the name that the index has, or is to have: CREATE INDEX name ON …",
  };
}

export function unsureExpressionAdvice(place: string): Advice {
  return {
    what: `cannot tell where an expression of the CREATE INDEX at ${place} ends`,
    why: "its text, read by itself, means something else than in the statement",
    fix: "put the expression into brackets: CREATE INDEX … ((expression) …)",
  };
}

export function nestedAdvice(place: string): Advice {
  return {
    what: `the CREATE SCHEMA at ${place} has a CREATE INDEX inside`,
    why: "only statements of their own are read",
    fix: "write the CREATE INDEX after the CREATE SCHEMA",
  };
}

export function unclearSchemaAdvice(place: string, searchPath: readonly string[]): Advice {
  return {
    what: `cannot tell in which schema the table of the CREATE INDEX at ${place} is`,
    why: `the SQL sets search_path to ${searchPath.map(ident).join(", ") || "nothing"}, and only a server knows which of these has the table`,
    fix: "write the schema before the table's name: CREATE INDEX … ON schema.table",
    otherwise: 'say it once for all: indexesFromSql(file, { schema: "…" })',
  };
}

export function duplicateAdvice(place: string, label: string): Advice {
  return {
    what: `the index ${label} is made a second time at ${place}`,
    why: "an index's name is unique in its schema, and the two would fight over it",
    fix: "give one of them another name",
  };
}

/** A statement that changes an index that was declared above it. */
export function unfollowedAdvice(place: string, statement: string, label: string): Advice {
  return {
    what: `${statement} at ${place} changes the index ${label} of the same SQL`,
    why: "declarations say how an index is to be in the end, and this change is not followed",
    fix: "write the CREATE INDEX as it is after the change, and leave the change out",
    otherwise: "read it from a database that has it: pgindex import",
  };
}
