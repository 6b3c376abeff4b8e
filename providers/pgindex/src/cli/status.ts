import Table from "cli-table3";
import { type Command, CommanderError } from "commander";
import type { Session } from "../engine/session/session";
import { oneLine } from "../engine/text/printable";
import { renderBytes, renderElapsed } from "../engine/text/render";
import { type DestroyForecast, forecastDestroy } from "../status/destroyForecast";
import { type IndexStatus, readStatus, type StackStatus } from "../status/indexStatus";
import type { Build } from "../status/runningBuilds";
import { readStack } from "../status/stackExport";
import type { StackState } from "../status/stackState";
import type { Io } from "./commandIo";
import { databaseFrom } from "./options/connectionOptions";
import { addStackOptions, type StackOptions } from "./options/stackOptions";
import { lookAt } from "./sayDatabase";

const EXAMPLES = `
Examples:
  $ pgindex status                              the selected stack, the database of DATABASE_URL
  $ pgindex status --stack production --database-url-env PRODUCTION_URL
  $ pgindex status --json | jq '.indexes[] | select(.state != "valid")'

The exit code is 1 if an index is missing, INVALID, half dropped or no longer as built, and 0
otherwise, including while an index is being built.

Below the table stands what pulumi destroy would do with each index: what goes, with its size, its
scans and since when, who built it and its statement; or why it stays.
`;

/** `pgindex status`: a stack's declared indexes, as they are in the database now. */
export function addStatus(program: Command, io: Io): void {
  const command = program
    .command("status")
    .description("show the declared indexes: valid, size, scans, last used, plan, drift")
    .addHelpText("after", EXAMPLES);
  addStackOptions(command).action(async (options: StackOptions) => {
    const state = await readStack(options, io.env);
    const database = databaseFrom(options, io);
    const status = await lookAt(database, "status", io, async (observer) => ({
      ...(await readStatus(observer, state)),
      destroy: await forecastAll(observer, state),
    }));
    io.stdout(options.json ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status));
    if (status.indexes.some((index) => !["valid", "building"].includes(index.state)))
      throw new CommanderError(1, "pgindex.status", "an index is not as declared");
  });
}

interface Forecast extends DestroyForecast {
  readonly urn: string;
  readonly index: string;
}

async function forecastAll(observer: Session, { indexes }: StackState): Promise<Forecast[]> {
  const forecasts: Forecast[] = [];
  for (const { urn, outputs } of indexes) {
    const index = `${outputs.schema}.${outputs.name}`;
    forecasts.push({ urn, index, ...(await forecastDestroy(observer, outputs)) });
  }
  return forecasts;
}

function renderStatus({
  stack,
  indexes,
  builds,
  destroy,
}: StackStatus & { readonly destroy: readonly Forecast[] }): string {
  if (indexes.length === 0) return `The stack ${stack || "(no name)"} has no indexes yet.\n`;
  const table = new Table({
    head: ["index", "state", "size", "scans", "last used", "plan"],
    style: { head: [], border: [] },
  });
  for (const index of indexes) table.push(renderRow(index));
  const drift = indexes.flatMap(({ schema, name, drift, warnings }) =>
    [...(drift ? [drift] : []), ...warnings].map((text) => `${schema}.${name}: ${text}`),
  );
  const lines = [...drift.map(oneLine), ...builds.map(renderBuild), ...destroy.map(renderForecast)];
  return `${[table.toString(), ...lines].join("\n")}\n`;
}

const FORECASTS = {
  drop: "pulumi destroy would drop",
  keep: "pulumi destroy would keep",
  refuse: "pulumi destroy would refuse",
  nothing: "pulumi destroy would find nothing of",
};

function renderForecast({ index, does, text }: Forecast): string {
  return oneLine(`${FORECASTS[does]} ${index}: ${text}`);
}

function renderRow(index: IndexStatus): string[] {
  const { schema, name, state, sizeBytes, scans, lastScan, plans } = index;
  return [
    oneLine(`${schema}.${name}`),
    state,
    sizeBytes === null ? "" : renderBytes(sizeBytes),
    scans === null ? "" : scans.toLocaleString("en-US"),
    lastScan?.replace(/\.\d+Z$/, "Z") ?? "",
    plans
      .map(({ query, planType, usesIndex }) =>
        oneLine(`${query}: ${planType ?? "not run"}${usesIndex ? "" : " (not this index)"}`),
      )
      .join("\n"),
  ];
}

function renderBuild({ pid, index, table, seconds, progress }: Build): string {
  const what = index ?? table ?? "an index of another role";
  const phase = progress.phase ?? "phase not visible";
  return oneLine(`pid ${pid} builds ${what}: ${phase}, ${renderElapsed(seconds * 1000)}`);
}
