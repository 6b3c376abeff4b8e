import { READ_CONFLICTS } from "../catalog/sessions/otherSessions";
import type { DesiredIndex } from "../declare/desiredIndex";
import { type Advice, PgIndexError } from "../errors/advice";
import { Foreseen, type Surprise } from "../foresight/foreseen";
import { takenAdvice, unforeseenAdvice } from "../foresight/foreseenMessages";
import { changeTable, type Operation } from "../operation/operation";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import { plan } from "../plan/plan";
import type { Declared } from "../situation/declaredForm";
import { requireBuildMemory, requirePrivileges } from "../situation/prerequisites";
import { readSituation } from "../situation/readSituation";
import { isSettled, type Situation } from "../situation/situation";
import { adoptAsSeen } from "./adoption/adoptAsSeen";
import { type Attempt, awaitDeclaredForm, beginAttempt, builtForm, tablePlaceOf } from "./attempt";
import { unsettledAdvice } from "./buildMessages";
import { reportOutcome } from "./buildOutcome";
import { checkDiskSpace } from "./diskSpace";
import { addExecuted, type Executed, execute } from "./execute";
import { explainFailure } from "./failedBuild";
import { Journal } from "./journal";
import { clearLeftover } from "./leftoverCleanup";
import type { Ensured, Request } from "./request";

/** A rename or a replacement needs two rounds, an interrupted one three. */
const MAX_ROUNDS = 5;

/**
 * Makes the declared index exist and valid: reads the situation, plans, executes, and repeats until
 * nothing is left to do. Starts over when interrupted. Create and update share this function
 * because only the live state decides.
 *
 * Throws {@link PgIndexError} with advice when it is refused or fails permanently, after removing
 * what its own failed build left behind; {@link CancelledError} when cancelled.
 *
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export async function ensureIndex(request: Request): Promise<Ensured> {
  const { adoptable } = request;
  const adopted = adoptable && (await adoptAsSeen(request, adoptable));
  return adopted ?? changeIndex(request);
}

function changeIndex(request: Request): Promise<Ensured> {
  const { database, desired, tableBytes, ctx } = request;
  const { name, searchPath, policy } = desired;
  const { patience } = policy;
  const journal = new Journal(request.foreseen);
  return changeTable(
    {
      database,
      table: desired,
      tableBytes,
      ctx,
      patience,
      purpose: `build ${name}`,
      searchPath,
      builds: true,
      sessions: request.hooks?.beforeBuild ? 3 : 2,
    },
    (operation) => runAttempt(operation, request, journal),
    (error) => explainFailure(error, request, journal),
  );
}

/** Reads the situation, plans and executes until nothing is left to do. */
async function runAttempt(
  operation: Operation,
  request: Request,
  journal: Journal,
): Promise<Ensured> {
  const attempt = await beginAttempt(operation, request, journal);
  const { observer, desired, table } = attempt;
  let declared = await awaitDeclaredForm(attempt, () =>
    waitUntilNobodyWorks(attempt, tablePlaceOf(attempt), READ_CONFLICTS),
  );
  if (declared.kind !== "ok" && journal.building) await clearLeftover(attempt, journal.building);
  let situation = await readCurrentSituation(attempt, declared);
  if (!isSettled(situation)) {
    await requirePrivileges(observer, desired, table);
    await requireBuildMemory(observer, request.database, desired);
    await takeTableKey(attempt, desired);
    await waitUntilNobodyWorks(attempt, tablePlaceOf(attempt));
    situation = await readCurrentSituation(attempt, declared);
  }
  let done: Executed = {};
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (isSettled(situation))
      return reportOutcome(attempt, { ...done, live: situation.verdict.live }, declared);
    done = addExecuted(done, await runRound(attempt, situation));
    declared = await builtForm(attempt, declared);
    situation = await readCurrentSituation(attempt, declared);
  }
  throw new PgIndexError(unsettledAdvice(desired, MAX_ROUNDS));
}

async function readCurrentSituation(attempt: Attempt, declared: Declared): Promise<Situation> {
  const { rebuilt, isRebuilt, building } = attempt.journal;
  const situation = await readSituation(attempt, declared);
  const { missingMark } = situation;
  // The connection can end between a build and its mark.
  const isBuiltHere = missingMark !== undefined && building !== undefined;
  return {
    ...situation,
    rebuilt,
    ...(isRebuilt && { rebuild: undefined }),
    ...(isBuiltHere && { missingMark: { ...missingMark, origin: "built" } }),
  };
}

/** Plans and executes one round. */
async function runRound(attempt: Attempt, situation: Situation): Promise<Executed> {
  const { desired, journal } = attempt;
  const decided = plan(situation, ownLeftover(desired, journal));
  if (decided.kind === "refused") {
    // The existing index is not ours, so there is nothing to clean up.
    journal.building = undefined;
    throw new PgIndexError(decided.advice);
  }
  journal.foreseen ??= Foreseen.of(situation, decided.steps);
  const surprise = journal.foreseen.surpriseIn(situation, decided.steps, journal.begun);
  if (surprise) throw new PgIndexError(surpriseAdvice(desired, surprise, situation));
  const builds = decided.steps.some(({ kind }) => kind === "build" || kind === "reindex");
  if (builds) await checkDiskSpace(attempt);
  const done = await execute(decided.steps, attempt);
  // The plan covered everything to rebuild in the existing index, which is nothing if a partitioned
  // table has no partitions. A replacement that an interrupted run built is new as well.
  const isNew = situation.next?.isDeclared === true;
  journal.isRebuilt ||= situation.verdict.kind === "same" || builds || isNew;
  return done;
}

function surpriseAdvice(desired: DesiredIndex, surprise: Surprise, { verdict }: Situation): Advice {
  if (surprise.kind === "step") return unforeseenAdvice(desired, surprise.step);
  return takenAdvice(desired, "live" in verdict ? verdict.live.mark : undefined);
}

/** `invalidLeftover: "refuse"` does not apply to what our own interrupted attempt left behind. */
function ownLeftover(desired: DesiredIndex, { building }: Journal): DesiredIndex {
  const isOwn = building !== undefined && desired.policy.invalidLeftover === "refuse";
  return isOwn
    ? { ...desired, policy: { ...desired.policy, invalidLeftover: "rebuild" } }
    : desired;
}
