import type { Command } from "commander";
import { findRedundant, type RedundantIndex } from "../../engine/advise/standing/redundant";
import { oneLine } from "../../engine/text/printable";
import { renderBytes } from "../../engine/text/render";
import type { Io } from "../commandIo";
import { addConnectionOptions, type ConnectionOptions } from "../database/connectionOptions";
import { findDatabase } from "../database/findDatabase";
import { lookAt } from "../database/sayDatabase";
import { append } from "../options/append";
import { renderTable } from "../output/table";
import { writeSchema } from "../output/writeSchema";
import { EXIT_HELP, looking } from "./looking";
import { redundantOutput } from "./schemas";
import { howToDrop } from "./unused";

interface RedundantOptions extends ConnectionOptions {
  readonly schema?: readonly string[];
  readonly json?: boolean;
  readonly jsonSchema?: boolean;
}

const EXAMPLES = `
Examples:
  $ pgindex redundant
  $ pgindex redundant --schema app --json

An index is redundant if another one of its table serves each of its queries and refuses each row
that it refuses: by columns, order (read from either end), operator classes, collations, INCLUDE,
predicate and uniqueness, as the overlap in a preview. What backs a constraint, is a replica identity
or a part of a partitioned index is never called so.

${EXIT_HELP}`;

/** `pgindex redundant`: indexes that another one makes needless. */
export function addRedundant(program: Command, io: Io): void {
  const command = program
    .command("redundant")
    .description("find indexes that another index makes needless")
    .option("--schema <name>", "only this schema (can be repeated)", append)
    .option("--json", "write JSON")
    .option("--json-schema", "write the JSON Schema of --json, and nothing else")
    .addHelpText("after", EXAMPLES);
  addConnectionOptions(command).action(async (options: RedundantOptions) => {
    if (options.jsonSchema) return writeSchema(redundantOutput, io);
    const database = await findDatabase(options, io);
    await looking(io, options.json === true, async () => {
      const redundant = await lookAt(database, "find redundant indexes", io, (observer) =>
        findRedundant(observer, options.schema),
      );
      const json = `${JSON.stringify({ redundant }, null, 2)}\n`;
      io.stdout(options.json ? json : render(redundant, io));
      return redundant.length > 0;
    });
  });
}

function render(redundant: readonly RedundantIndex[], io: Io): string {
  if (redundant.length === 0) return "No index is redundant.\n";
  const rows = redundant.map((index) => {
    const { schema, name, how, by, sizeBytes } = index;
    const why = how === "same" ? "is the same" : "serves all its queries";
    return [
      oneLine(`${schema}.${name}`),
      oneLine(index.table),
      renderBytes(sizeBytes),
      oneLine(`${by.schema}.${by.name} ${why}`),
      oneLine(howToDrop(index)),
    ];
  });
  const head = ["index", "table", "size", "because of", "to drop it"];
  return `${renderTable(head, rows, io)}\n`;
}
