import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { errorText, PgIndexError } from "../engine/problems";
import { withObserver } from "../engine/workspace";
import type { IndexDeclaration } from "../import/declaration";
import { readDrizzle } from "../import/drizzle";
import { type Casing, loadDrizzleOrm } from "../import/drizzleOrm";
import { readDatabase, type Skipped } from "../import/live";
import type { Selection } from "../import/liveCatalog";
import { loadSchemaModule } from "../import/schemaModule";
import { renderTypeScript, type Style } from "../import/typescript";
import { indexesFromSql } from "../indexesFromSql";
import { addConnectionOptions, type ConnectionOptions, targetOf } from "./connection";
import type { Io } from "./io";

interface ImportOptions extends ConnectionOptions {
  readonly sql?: readonly string[];
  readonly drizzle?: readonly string[];
  readonly casing?: Casing;
  readonly schema: readonly string[];
  readonly table: readonly string[];
  readonly array?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  $ pgindex import > indexes.ts                         every index of the database of DATABASE_URL
  $ pgindex import --schema app --table app.users       only those of a schema, or of some tables
  $ pgindex import --database-url-env STAGING_URL --array --out stacks/indexes.ts
  $ pgindex import --sql drizzle/migrations/*.sql       what migrations create
  $ pgindex import --drizzle drizzle/schema.ts --casing snake_case

What it writes for a database is adopted by pulumi up: it builds nothing. Indexes of constraints, INVALID
ones and the parts of a partitioned index are left out, each named in a comment.
`;

/** `pgindex import`: declarations for what exists. */
export function addImport(program: Command, io: Io): void {
  const command = program
    .command("import")
    .description("write the TypeScript declarations of indexes that exist")
    .option("--sql <file...>", "read SQL files instead of a database")
    .option("--drizzle <file...>", "read the modules of a Drizzle schema instead of a database")
    .option("--casing <casing>", "of a Drizzle schema: snake_case or camelCase, as in drizzle.config.ts")
    .option("--schema <name>", "only this schema; for --sql, the schema of tables that name none", append, [])
    .option("--table <name>", "only this table, as name or schema.name", append, [])
    .option("--array", "write an exported array instead of resources")
    .option("--json", "write JSON instead of TypeScript")
    .option("--out <file>", "write into a new file instead of standard output")
    .option("--force", "overwrite the file of --out")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: ImportOptions) => {
    const imported = await read(options, io);
    await write(render(imported, options), imported, options, io);
  });
}

function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

/** What was read, from wherever. */
interface Imported {
  readonly indexes: readonly IndexDeclaration[];
  readonly skipped: readonly Skipped[];
  readonly notes: readonly string[];
}

async function read(options: ImportOptions, io: Io): Promise<Imported> {
  const { sql, drizzle } = options;
  if (sql && drizzle) throw new PgIndexError(ONE_SOURCE);
  if (sql) return { indexes: fromSql(sql, options), skipped: [], notes: [] };
  if (drizzle) return fromDrizzle(drizzle, options);
  const selection: Selection = { schemas: options.schema, tables: options.table.map(toTable) };
  const session = { purpose: "import", writable: false };
  const found = await withObserver(targetOf(options, io), session, (observer) =>
    readDatabase(observer, selection),
  );
  return { indexes: found.found, skipped: found.skipped, notes: found.notes };
}

const ONE_SOURCE = {
  what: "--sql and --drizzle cannot be read together",
  why: "both would declare the same indexes",
  fix: "give one of them",
};
