// npm start: Phase 3 on two databases, from the first preview to the rollback.
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { CleanUp, Interrupted, untilSignal } from "./cleanUp.ts";
import { droppedDuring } from "./demoIndexes.ts";
import { HELP, type Options, parseOptions } from "./demoOptions.ts";
import { LOGS, PLACE, shownPath } from "./demoPaths.ts";
import { keepStates, type Measurements, writeReport } from "./demoReport.ts";
import { keep, makeWay, stopKept } from "./keptServers.ts";
import * as check from "./promiseChecks.ts";
import { forgetForeignSettings } from "./pulumiEnvironment.ts";
import { type Result, showResults } from "./resultTable.ts";
import {
  buildConcurrently,
  buildPlainly,
  isAllowed,
  isRefused,
  measureAgain,
  settleBackup,
  soak,
} from "./rollout.ts";
import { type Scene, setScene } from "./scene.ts";
import { Screen } from "./screen.ts";
import { stateIsClean } from "./stateCheck.ts";

const SOAK_SECONDS = 10;
/** Indexed by exit code. */
const ENDINGS = ["Everything is as promised", "Not as promised"];

interface RolledOut extends Measurements {
  readonly results: Result[];
}

async function rollOut(scene: Scene): Promise<RolledOut> {
  const { screen, staging, production } = scene;
  const databases = [staging.database, production.database];

  screen.title("2. Staging: preview, build, and preview again");
  await staging.stack.previewDiff();
  await staging.stack.up();
  const stagingIsDone = await staging.stack.isUpToDate();
  const inStaging = await measureAgain(staging, screen);

  screen.title("3. Production is refused: the indexes have not been in staging for 24 hours");
  const refused = await isRefused(production);

  screen.title(`4. Production is allowed, now that ${SOAK_SECONDS} seconds are enough`);
  await soak(scene, SOAK_SECONDS);
  await settleBackup(scene);
  const allowed = await isAllowed(production);

  screen.title("5. Production: a plain build for comparison, then ours");
  const plain = await buildPlainly(production, screen);
  const concurrent = await buildConcurrently(production);
  const productionIsDone = await production.stack.isUpToDate();
  const inProduction = await measureAgain(production, screen);

  const results = [
    await check.bothValid(databases),
    check.plansUseThem("staging", inStaging),
    check.plansUseThem("production", inProduction),
    check.trafficScans("staging", inStaging),
    check.trafficScans("production", inProduction),
    ...check.speed("staging", inStaging),
    ...check.speed("production", inProduction),
    check.stalls(concurrent, plain),
    check.gateHeld(refused, allowed),
    await check.drizzleIsDone(databases),
    check.nothingToDo([stagingIsDone, productionIsDone]),
    ...(await stateIsClean([staging.stack, production.stack], databases)),
  ];
  const { writes, longestStallMs } = concurrent;
  const soaked = `${SOAK_SECONDS}s`;
  return { results, writes, soaked, longestStallMs, plainBuildStallMs: plain.longestStallMs };
}

async function rollBack({ screen, staging, production }: Scene): Promise<Result[]> {
  const databases = [staging.database, production.database];
  screen.title("6. Rollback: production first, then staging");
  const inProduction = await droppedDuring(production.database.url, () =>
    production.stack.destroy(),
  );
  const inStaging = await droppedDuring(staging.database.url, () => staging.stack.destroy());
  return [
    await check.nothingLeft(databases),
    check.droppedInOrder([inProduction, inStaging]),
    await screen.during("comparing every row", () => check.dataUntouched(databases)),
  ];
}

async function demonstrate(options: Options, stage: Stage, signal: AbortSignal): Promise<boolean> {
  const { screen, cleanUp } = stage;
  screen.title("1. Two databases with an application at work on them");
  const scene = await setScene(screen, cleanUp, signal);
  const { results, ...measured } = await rollOut(scene);
  await keepStates(scene);
  if (!options.keep) results.push(...(await rollBack(scene)));
  const sites = [scene.staging, scene.production];
  const traffic = await Promise.all(sites.map(({ database }) => database.stopTraffic()));
  results.push(check.noFailures(traffic));

  screen.title("Results");
  showResults(screen, results);
  screen.say();
  const report = await writeReport(scene, { results, ...measured });
  if (options.keep) await keep(scene, cleanUp);
  screen.say(`\nThe report, for a browser: ${report}`);
  return results.every(({ ok }) => ok);
}

interface Stage {
  readonly screen: Screen;
  readonly cleanUp: CleanUp;
}

async function run(options: Options, screen: Screen): Promise<number> {
  const startedAt = Date.now();
  const cleanUp = new CleanUp();
  forgetForeignSettings();
  await makeWay();
  const code = await untilSignal((signal) =>
    demonstrate(options, { screen, cleanUp }, signal),
  ).then(
    (ok) => (ok ? 0 : 1),
    (error: Error) => explain(error, screen),
  );
  await screen.during("stopping", () => cleanUp.run((problem) => screen.say(`  ${problem}`)));
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  screen.say(`\n${ENDINGS[code] ?? "Stopped"}, after ${seconds} s.`);
  if (code === 1) screen.say(`The logs of Pulumi and both servers are in ${shownPath(LOGS)}.`);
  else if (!options.keep) await rm(PLACE, { recursive: true, force: true });
  return code;
}

function explain(error: Error, screen: Screen): number {
  screen.say(`\n${error instanceof Interrupted ? error.message : (error.stack ?? error)}`);
  return error instanceof Interrupted ? 128 + constants.signals[error.signal] : 1;
}

async function main(): Promise<number> {
  const screen = new Screen();
  const options = parseOptions(process.argv.slice(2));
  if (options.help) screen.say(HELP);
  else if (options.stop) await stopKept(screen);
  else return run(options, screen);
  return 0;
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  },
);
