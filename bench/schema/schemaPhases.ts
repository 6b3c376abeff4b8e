import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inProject, type Phase, type Run } from "../many/phases.ts";
import { floorProgram, INDEX_TYPE } from "../many/programs.ts";
import type { Project } from "../many/project.ts";
import { measuredCommand, type Ran } from "../support/measuredCommand.ts";
import type { ServerCounters } from "../support/serverCounters.ts";

const CLI = join(import.meta.dirname, "..", "..", "providers", "pgindex", "pgindex");

/** Declares whatever `pgindex import --json` has written. */
const PROGRAM = `const { Index } = require("pulumi-pgindex");
for (const args of require("./indexes.json").indexes) new Index(args.name, args);
`;

const UP = ["up", "--yes", "--skip-preview"];
const PULUMI: readonly (readonly [name: string, args: readonly string[]])[] = [
  ["preview (adopt)", ["preview"]],
  ["first up (adopt)", UP],
  ["preview, nothing to do", ["preview"]],
  ["up, nothing to do", UP],
  ["refresh", ["refresh", "--yes", "--skip-preview"]],
];

const STATE = ["--state", "state.json"];
const READING: readonly (readonly string[])[] = [
  ["status", ...STATE],
  ["status", "--json", ...STATE],
  ["report", "--out", "report.html", ...STATE],
  ["doctor"],
  ["watch"],
];

interface SchemaBench {
  readonly url: string;
  /** What has made the schema. */
  readonly statements: readonly string[];
  readonly counters: ServerCounters;
  readonly indexes: number;
}

/** Imports a schema, adopts all of its indexes, and looks at them in every way. */
export function runSchema(bench: SchemaBench): Promise<Run> {
  return inProject(floorProgram(bench.indexes), {}, (floor) =>
    inProject(PROGRAM, { DATABASE_URL: bench.url }, (project) =>
      runCommands(bench, { floor, project }),
    ),
  );
}

/** Each right after the floor's, since the speed of a machine changes within minutes. */
async function runCommands(
  bench: SchemaBench,
  { floor: nothings, project }: { readonly floor: Project; readonly project: Project },
): Promise<Run> {
  const { url, counters, indexes } = bench;
  const counted = async (name: string, command: () => Promise<Ran>, floor?: Floor) => {
    await counters.start();
    const { text: _, ...ran } = await command();
    const server = await counters.stop();
    return { name, ...ran, ...(floor && { floor }), server };
  };
  const pgindex = async (args: readonly string[]) => {
    const ran = await measuredCommand(process.execPath, [CLI, ...args], {
      cwd: project.directory,
      env: { ...process.env, DATABASE_URL: url },
      // A doctor may find something about this machine.
      exitCodes: [0, 1],
    });
    return { ...ran, program: ran.own };
  };
  const file = (name: string) => join(project.directory, name);
  writeFileSync(file("schema.sql"), bench.statements.map((each) => `${each};\n`).join(""));
  const imported = async (source: readonly string[]) => {
    const ran = await pgindex(["import", ...source, "--json"]);
    writeFileSync(file("indexes.json"), ran.text);
    requireAll(ran.text, indexes);
    return ran;
  };
  const phases: Phase[] = [
    await counted("pgindex import --sql", () => imported(["--sql", "schema.sql"])),
    // What the database says is adopted.
    await counted("pgindex import", () => imported([])),
  ];
  for (const [name, args] of PULUMI) {
    const { text: _, ...floor } = await nothings.run(...args);
    phases.push(await counted(name, () => project.run(...args), floor));
  }
  await exportState(project);
  for (const args of READING) {
    const name = `pgindex ${args.slice(0, args[1] === "--json" ? 2 : 1).join(" ")}`;
    phases.push(await counted(name, () => pgindex(args)));
  }
  return { indexes, phases, stateBytes: project.stateBytes(INDEX_TYPE) };
}

type Floor = Omit<Ran, "text">;

function exportState(project: Project): Promise<Ran> {
  return project.run("stack", "export", "--file", "state.json");
}

/** A figure of a schema of which some was left out would be none. */
function requireAll(text: string, indexes: number): void {
  const found = JSON.parse(text).indexes.length;
  if (found !== indexes) throw new Error(`${found} of ${indexes} indexes were imported`);
}
