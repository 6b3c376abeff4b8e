// npm run chaos: two Pulumi CLIs create 25 indexes while everything goes wrong, and at the end
// every promise is checked.
import { rm } from "node:fs/promises";
import { CleanUp, untilSignal } from "../demo/cleanUp.ts";
import { forgetForeignSettings } from "../demo/pulumiEnvironment.ts";
import { parseOptions } from "./chaosOptions.ts";
import { runChaos } from "./chaosRun.ts";
import { runFleetChaos } from "./fleet/main.ts";
import { summarize } from "./judge/runSummary.ts";
import { say } from "./progressLog.ts";
import { killOrphans } from "./stacks/pulumiCli.ts";
import { makeRunFolder, shownPath } from "./stacks/runFolder.ts";

async function main(): Promise<boolean> {
  if (process.argv.includes("--fleet")) return runFleetChaos(process.argv);
  const options = parseOptions(process.argv);
  forgetForeignSettings();
  const folder = await makeRunFolder("chaos");
  const cleanUp = new CleanUp();
  let kept = false;
  try {
    const outcome = await untilSignal(() => runChaos(options, folder, cleanUp));
    summarize(options, outcome);
    kept = outcome.record.broken.length === 0;
  } catch (error) {
    say(`BROKEN, seed ${options.seed}: ${(error as Error).stack}`);
  }
  await cleanUp.run((problem) => say(`cleaning up: ${problem}`));
  killOrphans();
  if (kept) await rm(folder.directory, { recursive: true, force: true });
  else
    say(
      `A promise was broken with seed ${options.seed}; the logs are in ${shownPath(folder.logs)}.`,
    );
  return kept;
}

main().then(
  (kept) => process.exit(kept ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(2);
  },
);
