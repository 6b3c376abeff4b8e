import { writeFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { PgIndexError } from "../engine/errors/advice";
import { printable } from "../engine/text/printable";
import type { Skipped } from "../import/live/liveIndexes";
import { renderTypeScript } from "../import/typescriptSource";
import { cannotWriteImportAdvice } from "./cliMessages";
import type { Io } from "./commandIo";
import { addConnectionOptions } from "./database/connectionOptions";
import { type Imported, readSource, type SourceOptions } from "./importSource";
import { append } from "./options/append";

interface ImportOptions extends SourceOptions {
  readonly array?: boolean;
  readonly json?: boolean;
  readonly out?: string;
  readonly force?: boolean;
}

const EXAMPLES = `
Examples:
  $ pgindex import                                     every index in the database of DATABASE_URL
  $ pgindex import --schema app --table public.users   only those in a schema or on a table
  $ pgindex import --database-url-env STAGING_URL --array --out stacks/indexes.ts
  $ pgindex import --sql drizzle/migrations/*.sql      those that migrations create, in order
  $ pgindex import --drizzle drizzle/schema.ts         those that drizzle-kit would create

Indexes declared from a database are adopted by pulumi up, which builds nothing. Indexes that back
constraints, INVALID indexes and parts of partitioned indexes are not declared; a comment names
each of them, of more than 50 with one reason the first 50; --json has all.
`;

/** `pgindex import`: declarations of existing indexes. */
export function addImport(program: Command, io: Io): void {
  const command = program
    .command("import")
    .description("write TypeScript declarations of existing indexes")
    .option("--sql <file...>", "read migrations and other SQL files instead of a database")
    .option("--drizzle <file...>", "read the modules of a Drizzle schema instead of a database")
    .addOption(
      new Option(
        "--casing <casing>",
        "casing of a Drizzle schema, as in drizzle.config.ts",
      ).choices(["snake_case", "camelCase"]),
    )
    .option("--schema <name>", "only this schema (can be repeated)", append)
    .option("--table <name>", "only this table: name or schema.name (can be repeated)", append)
    .option("--array", "write an exported array instead of resources")
    .option("--json", "write JSON instead of TypeScript")
    .option("--out <file>", "write to a new file instead of standard output")
    .option("--force", "let --out overwrite an existing file")
    .showHelpAfterError("(files follow --sql or --drizzle: pgindex import --sql migrations/*.sql)")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: ImportOptions) => {
    const imported = await readSource(options, io);
    const text = render(imported, options);
    if (options.out === undefined) return io.stdout(text);
    await writeNew(options.out, text, options.force);
    const { indexes, skipped } = imported;
    io.stderr(`${options.out}: ${indexes.length} declared, ${skipped.length} not declared\n`);
  });
}

function render(imported: Imported, { json, array }: ImportOptions): string {
  if (json) return printable(`${JSON.stringify(imported, null, 2)}\n`);
  const { indexes, skipped, notes } = imported;
  const remarks = [
    "Written by pgindex import.",
    ...notes.map((note) => `Note: ${note}.`),
    ...notDeclared(skipped),
  ];
  return renderTypeScript(indexes, array ? "array" : "resources", remarks);
}

/** Where a reason holds for more, their names are in the JSON. */
const MOST_NAMED = 50;

function notDeclared(skipped: readonly Skipped[]): string[] {
  const kinds = Map.groupBy(skipped, ({ reason }) =>
    reason.replace(/ (constraint|index) .*/, " $1"),
  );
  return [...kinds.values()].flatMap((alike) => {
    const named = alike
      .slice(0, MOST_NAMED)
      .map(
        ({ schema, name, table, reason }) =>
          `Not declared: ${schema}.${name} on ${schema}.${table} ${reason}.`,
      );
    const more = alike.length - named.length;
    const rest = `And ${more.toLocaleString("en-US")} more like the last (--json names each).`;
    return more > 0 ? [...named, rest] : named;
  });
}

async function writeNew(file: string, text: string, overwrite = false): Promise<void> {
  try {
    await writeFile(file, text, { flag: overwrite ? "w" : "wx" });
  } catch (error) {
    throw new PgIndexError(cannotWriteImportAdvice(file, error), { cause: error });
  }
}
