import { type Advice, errorText } from "../../engine/errors/advice";

/** Messages about Drizzle schemas. */

export function missingDrizzleAdvice(since: string): Advice {
  return {
    what: "cannot read a Drizzle schema: drizzle-orm is not installed",
    why:
      "the schema's objects are read with drizzle-orm's own functions, and drizzle-orm is an " +
      "optional peer dependency of pulumi-pgindex",
    fix: `run: npm install drizzle-orm@">=${since}"`,
  };
}

export function oldDrizzleAdvice(version: string, since: string): Advice {
  return {
    what: `cannot read a Drizzle schema with drizzle-orm ${version}`,
    why: `indexes have had order, nulls, operator class and storage parameters since ${since}`,
    fix: "run: npm install drizzle-orm@latest",
    otherwise: "read the migrations that drizzle-kit wrote: indexesFromSql(file)",
  };
}

export function noTablesAdvice(): Advice {
  return {
    what: "the Drizzle schema has no tables",
    why: "none of its exports is a table made with pgTable or pgSchema(…).table",
    fix: 'pass the whole module: import * as schema from "./schema"; indexesFromDrizzle(schema)',
  };
}

export function unnamedDrizzleAdvice(table: string): Advice {
  return {
    what: `an index on an expression of the Drizzle table ${table} has no name`,
    why: "drizzle-kit derives a name only if every key is a column, and rejects this index too",
    fix: 'name it: index("…").on(…)',
  };
}

export function unreadableDrizzleAdvice(label: string, reason: string, sql: string): Advice {
  return {
    what: `PostgreSQL cannot parse the SQL of the index ${label} in the Drizzle schema`,
    why: `${reason}; drizzle-kit copies sql\`…\` unchanged, giving: ${sql}`,
    fix: "put any expression that is more than a function call in parentheses: sql`(a + 1)`",
  };
}

export function duplicateDrizzleAdvice(label: string): Advice {
  return {
    what: `the Drizzle schema has two indexes ${label}`,
    why: "an index name must be unique in its schema, and PostgreSQL truncates names to 63 bytes",
    fix: 'rename one of them: index("…").on(…)',
  };
}

export function unloadableSchemaAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot load the Drizzle schema ${file}: ${errorText(error)}`,
    why: "the schema is a module, and it is run to find its exports",
    fix: "check the path and that the packages it imports are installed",
    otherwise: "read the migrations that drizzle-kit wrote: pgindex import --sql drizzle/*.sql",
  };
}
