// npm run chaos: two Pulumi CLIs bring 25 indexes about while everything goes wrong, and every
// promise is checked at the end.
import { rm } from "node:fs/promises";
import { CleanUp, untilSignal } from "../demo/cleanUp.ts";
import { forgetForeignSettings } from "../demo/environment.ts";
import { killOrphans } from "./cli.ts";
import { parseOptions } from "./options.ts";
import { makePlace, typed } from "./place.ts";
import { summarize } from "./report.ts";
import { runChaos } from "./run.ts";
import { say } from "./say.ts";

async function main(): Promise<boolean> {
  const options = parseOptions(process.argv);
  forgetForeignSettings();
  const place = await makePlace("chaos");
  const cleanUp = new CleanUp();
  let kept = false;
  try {
    const outcome = await untilSignal(() => runChaos(options, place, cleanUp));
    summarize(options, outcome);
    kept = outcome.record.broken.length === 0;
  } catch (error) {
    say(`BROKEN, seed ${options.seed}: ${(error as Error).stack}`);
  }
  await cleanUp.run((problem) => say(`cleaning up: ${problem}`));
  killOrphans();
  if (kept) await rm(place.directory, { recursive: true, force: true });
  else say(`A promise was broken with seed ${options.seed}; the logs are in ${typed(place.logs)}.`);
  return kept;
}

main().then(
  (kept) => process.exit(kept ? 0 : 1),
  (error: Error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(2);
  },
);
