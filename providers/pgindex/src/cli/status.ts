import type { Command } from "commander";
import { readOnce } from "../engine/look/readOnce";
import type { Session } from "../engine/session/session";
import { forecastDestroy } from "../status/destroyForecast";
import { readStatus } from "../status/indexStatus";
import { readStack } from "../status/stackExport";
import type { StackState } from "../status/stackState";
import type { Io } from "./commandIo";
import { findDatabase } from "./database/findDatabase";
import { lookAt } from "./database/sayDatabase";
import { addStackOptions, type StackOptions } from "./options/stackOptions";
import { endWith } from "./output/exitCodes";
import { type Forecast, renderStatus } from "./output/renderStatus";

const EXAMPLES = `
Examples:
  $ pgindex status                              the selected stack, the database of DATABASE_URL
  $ pgindex status --stack production --database-url-env PRODUCTION_URL
  $ pgindex status --json | jq '.indexes[] | select(.state != "valid")'

The exit code is 2 if an index is missing, INVALID, half dropped or no longer as built, and 0
otherwise, including while an index is being built.

Below the table stands what pulumi destroy would do with each index: what goes, with its size, its
scans and since when, who built it and its statement; or why it stays. Of more than 50 indexes, the
table shows those first that are not as declared, and counts the others; --json has all.
`;

/** `pgindex status`: a stack's declared indexes, as they are in the database now. */
export function addStatus(program: Command, io: Io): void {
  const command = program
    .command("status")
    .description("show the declared indexes: valid, size, scans, last used, plan, drift")
    .addHelpText("after", EXAMPLES);
  addStackOptions(command).action(async (options: StackOptions) => {
    const state = await readStack(options, io.env);
    const database = await findDatabase(options, io, "stack");
    const status = await lookAt(database, "status", io, async (session) => {
      const observer = readOnce(session).part();
      const destroy = await forecastAll(observer, state);
      return { ...(await readStatus(observer, state)), destroy };
    });
    io.stdout(options.json ? `${JSON.stringify(status, null, 2)}\n` : renderStatus(status, io));
    if (status.indexes.some((index) => !["valid", "building"].includes(index.state)))
      endWith("found", "status");
  });
}

async function forecastAll(observer: Session, { indexes }: StackState): Promise<Forecast[]> {
  const forecasts: Forecast[] = [];
  for (const { urn, outputs } of indexes) {
    const index = `${outputs.schema}.${outputs.name}`;
    forecasts.push({ urn, index, ...(await forecastDestroy(observer, outputs)) });
  }
  return forecasts;
}
