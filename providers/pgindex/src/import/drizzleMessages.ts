import { type Advice, errorText } from "../engine/errors/advice";

/** Messages about Drizzle schemas. */

export function missingDrizzleAdvice(since: string): Advice {
  return {
    what: "cannot read a Drizzle schema: drizzle-orm is not installed",
    why: "the schema's objects are read with drizzle-orm's own functions, and it is an optional peer of pulumi-pgindex",
    fix: `run: npm install drizzle-orm@">=${since}"`,
  };
}

export function oldDrizzleAdvice(version: string, since: string): Advice {
  return {
    what: `cannot read a Drizzle schema with drizzle-orm ${version}`,
    why: `indexes have order, nulls, operator class and storage parameters from ${since} on`,
    fix: "run: npm install drizzle-orm@latest",
    otherwise: "read the migrations that drizzle-kit wrote: indexesFromSql(file)",
  };
}

export function noTablesAdvice(): Advice {
  return {
    what: "the Drizzle schema has no tables",
    why: "none of the exports is a table that pgTable or pgSchema(…).table made",
    fix: 'pass the whole module: import * as schema from "./schema"; indexesFromDrizzle(schema)',
  };
}

export function unnamedDrizzleAdvice(table: string): Advice {
  return {
    what: `an index on an expression of the Drizzle table ${table} has no name`,
    why: "drizzle-kit derives a name only where every key is a column, and refuses this one too",
    fix: 'name it: index("…").on(…)',
  };
}

export function unreadableDrizzleAdvice(label: string, reason: string, sql: string): Advice {
  return {
    what: `the index ${label} of the Drizzle schema is no SQL that PostgreSQL can parse`,
    why: `${reason}; drizzle-kit writes sql\`…\` as it stands, and so: ${sql}`,
    fix: "put an expression that is more than a function's call into brackets: sql`(a + 1)`",
  };
}

export function duplicateDrizzleAdvice(label: string): Advice {
  return {
    what: `the Drizzle schema has two indexes ${label}`,
    why: "an index's name is unique in its schema, and PostgreSQL cuts names at 63 bytes",
    fix: 'give one of them another name: index("…").on(…)',
  };
}

export function unloadableSchemaAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot load the Drizzle schema ${file}: ${errorText(error)}`,
    why: "the schema is a module, and is run to see what it exports",
    fix: "check the path, and that the packages it imports are installed",
    otherwise: "read the migrations that drizzle-kit wrote: pgindex import --sql drizzle/*.sql",
  };
}
