import type { Advice } from "../../engine/errors/advice";
import { ident } from "../../engine/text/sql";

/**
 * Messages about SQL and schemas that declarations are read from. `place` is a position such as
 * `file.sql:12`.
 */

export function unreadableAdvice(place: string, message: string): Advice {
  const isPsql = /"\\"/.test(message);
  return {
    what: `cannot read the SQL at ${place}: ${message}`,
    why: isPsql
      ? "a line that begins with a backslash is a psql command, not SQL (pg_dump writes \\restrict)"
      : "PostgreSQL's own parser rejects it, so nothing in the file can be trusted",
    fix: isPsql ? "remove the lines that begin with a backslash" : "correct the statement",
    otherwise: "pass only the CREATE INDEX statements: indexesFromSql({ sql: `…` })",
  };
}

/** Enough to know it by. */
const SHOWN = 80;

export function missingFileAdvice(file: string, reason: string): Advice {
  const text = file.trim();
  if (/\n|;|^create\s/i.test(text))
    return {
      what: `not the path of a file, but SQL: ${text.split("\n", 1)[0]?.slice(0, SHOWN)}`,
      why: "a string, or a list of them, says which files to read",
      fix: "pass the text itself: indexesFromSql({ sql: `…` })",
      otherwise: "write it to a file, and pass its path",
    };
  return {
    what: `cannot read the file ${file}: ${reason}`,
    why: "the path is relative to the folder that the program runs in",
    fix: "check the path",
    otherwise: "pass the text itself: indexesFromSql({ sql: `…` })",
  };
}

export function unnamedAdvice(place: string): Advice {
  return {
    what: `the CREATE INDEX at ${place} does not name its index`,
    why: "the name PostgreSQL would choose for this expression differs between versions",
    fix: "write the name the index has or should have: CREATE INDEX name ON …",
  };
}

export function unsureExpressionAdvice(place: string): Advice {
  return {
    what: `cannot tell where an expression in the CREATE INDEX at ${place} ends`,
    why: "its text means something else on its own than in the statement",
    fix: "put the expression in parentheses: CREATE INDEX … ((expression) …)",
  };
}

export function nestedAdvice(place: string): Advice {
  return {
    what: `the CREATE SCHEMA at ${place} contains a CREATE INDEX`,
    why: "a CREATE INDEX is read only as a statement of its own",
    fix: "move the CREATE INDEX after the CREATE SCHEMA",
  };
}

export function unclearSchemaAdvice(place: string, searchPath: readonly string[]): Advice {
  return {
    what: `cannot tell which schema the table of the CREATE INDEX at ${place} is in`,
    why:
      `the SQL sets search_path to ${searchPath.map(ident).join(", ") || "nothing"}, ` +
      "and only a server knows which of these schemas has the table",
    fix: "add the schema to the table: CREATE INDEX … ON schema.table",
    otherwise: 'set it for all tables: indexesFromSql(file, { schema: "…" })',
  };
}

export function duplicateAdvice(place: string, label: string): Advice {
  return {
    what: `the index ${label} is created a second time at ${place}`,
    why: "an index name must be unique in its schema",
    fix: "rename one of them",
  };
}

export function takenNameAdvice(place: string, label: string): Advice {
  return {
    what: `the index of the CREATE INDEX at ${place} has the name of a table or view: ${label}`,
    why: "tables, views and indexes of a schema share their names, so PostgreSQL refuses it",
    fix: "give the index another name",
  };
}
