import { conflictingSessions } from "../catalog/sessions/otherSessions";
import type { Claim } from "../compare/ownership";
import { serverSettings } from "../declare/buildSettings";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { CanonicalIndex } from "../declare/indexFields";
import { stackName } from "../declare/ownershipMark";
import { PgIndexError } from "../errors/advice";
import { Foreseen } from "../foresight/foreseen";
import { lookOut } from "../foresight/outlook";
import { previewLines } from "../foresight/previewLines";
import type { EarlierBuild } from "../foresight/size/earlierPace";
import { builtElsewhere } from "../foresight/waitMessages";
import type { Facts, StepFacts } from "../hazards/facts";
import { type Hazard, hazard, type JudgedHazard } from "../hazards/hazard";
import type { HazardCode } from "../hazards/hazardKinds";
import { denies, judgeAll } from "../hazards/policy";
import type { Policies } from "../hazards/rules";
import { stageOf } from "../hazards/stage";
import { withLook } from "../look/withLook";
import type { ParsedQuery } from "../measure/servedQueries";
import { buildSettingsOf } from "../operation/buildSession";
import { Patience } from "../operation/patience";
import { plan } from "../plan/plan";
import { type Step, sqlsOf } from "../plan/step";
import type { Database } from "../session/database";
import { readDatabaseIdentity } from "../session/databaseIdentity";
import type { Session } from "../session/session";
import { declaredForm } from "../situation/declaredForm";
import { previousHere } from "../situation/otherDatabase";
import { missingPrivilege, requireBuildMemory } from "../situation/prerequisites";
import { readSituation } from "../situation/readSituation";
import { type PreviousIndex, requireTable, type Scope } from "../situation/scope";
import { isSettled } from "../situation/situation";
import { displayName } from "../text/render";
import { type Adoptable, adoptableIn } from "./adoption/adoptable";

/** Who asks, and what the resource has. */
export interface Questioner {
  readonly claim?: Claim;
  readonly previous?: PreviousIndex;
  /** False where nobody reads it: then only what may be refused is looked at. */
  readonly isShown?: boolean;
  /** Nobody changes anything on the strength of the answer alone: see {@link withLook}. */
  readonly mayBeShared?: boolean;
  /** The queries that the index serves. */
  readonly serves?: readonly ParsedQuery[];
  /** Builds that the stack has recorded, by which the time of this one is told. */
  readonly earlier?: readonly EarlierBuild[];
}

/** What a build would do: for people, for machines, and as what a later look is held to. */
export interface Preview {
  /** `facts` and `hazards`, for people. */
  readonly lines: readonly string[];
  readonly facts: Facts;
  readonly hazards: readonly JudgedHazard[];
  /** It builds an index that does not stand yet. */
  readonly builds?: boolean;
  /** The declaration as the server spells it, where it could be asked. */
  readonly canonical?: CanonicalIndex;
  /** The index that a create adopts, if that is all it does. */
  readonly adoptable?: Adoptable;
  /** Undefined while somebody else builds the index: what comes then is not known. */
  readonly foreseen?: Foreseen;
}

/**
 * Checks a declaration against the live server without changing anything, with the same catalog
 * read and plan as a build. Throws {@link PgIndexError} if a build would be refused, is known to
 * fail, or meets a hazard that the policy denies. `willNeed`: how many sessions the build will have.
 */
export async function lookAhead(
  database: Database,
  desired: DesiredIndex,
  questioner: Questioner = {},
  willNeed = 2,
): Promise<Preview> {
  const { claim, previous: recorded, isShown = true, mayBeShared = false } = questioner;
  const { serves = [], earlier = [] } = questioner;
  const needs = { writable: true, builds: true, willNeed };
  const options = { purpose: `preview ${desired.name}`, mayBeShared, ...needs };
  return withLook(database, options, async (observer) => {
    const table = await requireTable(observer, desired);
    const declared = await declaredForm(observer, desired);
    const identity = await readDatabaseIdentity(observer);
    const previous = recorded && previousHere(recorded, identity);
    const scope = { observer, desired, table, previous, claim, database: identity };
    const situation = await readSituation(scope, declared);
    const policies = policiesOf(database, desired, claim);
    const lacks = isSettled(situation) ? [] : await rightsLacked(scope, policies);
    if (!isSettled(situation)) await requireBuildMemory(observer, database, desired);
    if (situation.verdict.kind === "invalid") {
      const builders = await conflictingSessions(observer, table.oid, observer.pid);
      const said = builders.length > 0 && [builtElsewhere(displayName(desired), builders)];
      if (said) return previewOf(factsOf(scope, []), judgeAll(said, policies));
    }
    const decided = plan(situation, desired);
    if (decided.kind === "refused") throw new PgIndexError(decided.advice);
    const { steps } = decided;
    const buildSettings = buildSettingsOf(database, desired);
    const { waitForMs } = new Patience(desired.policy.patience, database.patience);
    const seeing = factsOf(scope, steps);
    const how = { declared, buildSettings, waitForMs, serves, earlier, isShown };
    const wants = (...codes: HazardCode[]) =>
      isShown || codes.some((code) => denies(code, policies));
    const seen = await lookOut({ ...scope, steps, ...how, of: seeing.table }, wants);
    const isBuilt = steps.some(({ kind }) => kind === "build" || kind === "reindex");
    const facts = {
      ...seeing,
      ...seen.facts,
      steps: seeing.steps.map((step) => ({
        ...step,
        lockedSeconds: step.kind === "build" ? (seen.facts.build?.seconds ?? null) : null,
      })),
      buildSettings: isBuilt ? serverSettings(buildSettings) : {},
    };
    return {
      ...previewOf(facts, judgeAll([...lacks, ...seen.hazards], policies)),
      builds: steps.some(({ kind }) => kind === "build"),
      canonical: declared.kind === "ok" ? declared.canonical : undefined,
      foreseen: Foreseen.of(situation, steps),
      adoptable: adoptableIn(situation, declared, identity),
    };
  });
}

/** As {@link lookAhead}, for people. */
export async function previewIndex(...question: Parameters<typeof lookAhead>): Promise<string[]> {
  return [...(await lookAhead(...question)).lines];
}

function policiesOf(
  { hazards: connection, stage, session: options }: Database,
  { policy }: DesiredIndex,
  claim: Claim | undefined,
): Policies {
  const here = stage ?? (claim && stageOf(stackName(claim.owner)));
  return { resource: policy.hazards, connection, isProduction: here === "production", options };
}

/** Throws {@link DeniedError} for those that the policy denies. */
export function judgeHazards(
  hazards: readonly Hazard[],
  database: Database,
  desired: DesiredIndex,
  claim: Claim | undefined,
): JudgedHazard[] {
  return judgeAll(hazards, policiesOf(database, desired, claim));
}

/** Refused, unless somebody else is to build what this role may only look at. */
async function rightsLacked(
  { observer, desired, table }: Scope,
  policies: Policies,
): Promise<Hazard[]> {
  const advice = await missingPrivilege(observer, desired, table);
  if (!advice) return [];
  if (denies("missing-right", policies)) throw new PgIndexError(advice);
  const { what: message, why: cause, fix } = advice;
  return [
    hazard("missing-right", { object: `${desired.schema}.${desired.table}`, message, cause, fix }),
  ];
}

function previewOf(facts: Facts, hazards: readonly JudgedHazard[]): Preview {
  return { lines: previewLines(facts, hazards), facts, hazards };
}

function factsOf(
  { observer, desired, table, database }: Scope & { readonly observer: Session },
  steps: readonly Step[],
): Facts {
  return {
    serverVersion: observer.serverVersion,
    database,
    index: { schema: desired.schema, name: desired.name },
    table: {
      schema: desired.schema,
      name: desired.table,
      rows: table.rows < 0 ? null : table.rows,
      sizeBytes: table.sizeBytes,
    },
    steps: steps.map(stepFacts),
    buildSettings: {},
  };
}

function stepFacts(step: Step): StepFacts {
  const { kind, why } = step;
  return {
    kind,
    why,
    statements: [...sqlsOf(step)],
    locks: "locks" in step ? step.locks : null,
    lockedSeconds: null,
    ...("warning" in step && step.warning !== undefined && { warning: step.warning }),
  };
}
