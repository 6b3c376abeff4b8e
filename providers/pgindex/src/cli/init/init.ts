import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import { filesThereAdvice, noSingleIndexAdvice, projectNameAdvice } from "../../init/initMessages";
import {
  type Answers,
  firstIndex,
  PROJECT_FILES,
  PROJECT_NAME,
  projectFiles,
} from "../../init/newProject";
import type { Io } from "../commandIo";
import { askFor } from "./questions";

const EXAMPLES = `
Examples:
  $ npx pulumi-pgindex init my-indexes     asks for name, table and columns
  $ pgindex init my-indexes --table messages --columns "conversation_id, created_at DESC"

Writes Pulumi.yaml, package.json, tsconfig.json and a program with one index, and overwrites
nothing. To declare what a database has already, go on with: pgindex import.
`;

type InitOptions = Partial<Answers>;

/** `pgindex init`: a new Pulumi project with one index. */
export function addInit(program: Command, io: Io): void {
  program
    .command("init")
    .description("write a new Pulumi project with a first index")
    .argument("[folder]", "the project's folder", ".")
    .option("--name <name>", "the project's name (default: the folder's)")
    .option("--table <table>", "the table, as in CREATE INDEX ON")
    .option("--columns <columns>", "its columns, as in the parentheses of CREATE INDEX")
    .addHelpText("after", EXAMPLES)
    .action((folder: string, options: InitOptions) =>
      init(folder, options, { io, version: program.version() ?? "" }),
    );
}

interface Around {
  readonly io: Io;
  /** Of this package. */
  readonly version: string;
}

async function init(folder: string, options: InitOptions, { io, version }: Around): Promise<void> {
  const place = resolve(folder);
  const there = PROJECT_FILES.filter((file) => existsSync(join(place, file)));
  if (there.length > 0) throw new PgIndexError(filesThereAdvice(folder, there));
  const { name, table, columns } = await askFor(options, { name: basename(place) }, io);
  if (!PROJECT_NAME.test(name)) throw new PgIndexError(projectNameAdvice(name));
  const index = firstIndex({ table, columns });
  if (!index) throw new PgIndexError(noSingleIndexAdvice(table, columns));
  const files = Object.entries(projectFiles(name, index, version));
  mkdirSync(place, { recursive: true });
  for (const [file, text] of files)
    if (!existsSync(join(place, file))) writeFileSync(join(place, file), text);
  io.stdout(nextSteps(folder));
}

function nextSteps(folder: string): string {
  const enter = folder === "." ? "" : `  cd ${folder}\n`;
  return `Wrote a project with one index. Next:

${enter}  npm install
  pulumi login                                      # or, to keep the state in this folder: pulumi login "file://$PWD"
  pulumi stack init dev
  pulumi config set --secret pgindex:databaseUrl    # asks for it
  pulumi preview --diff
  pulumi up
`;
}
