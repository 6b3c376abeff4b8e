import type { LiveTable } from "../catalog/liveIndex";
import { conflictingSessions } from "../catalog/sessions/otherSessions";
import { describeSession } from "../catalog/sessions/sessionDescription";
import type { Claim } from "../compare/ownership";
import { type BuildSettings, serverSettings } from "../declare/buildSettings";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { CanonicalIndex } from "../declare/indexFields";
import { PgIndexError } from "../errors/advice";
import { overlapLines } from "../foresight/cost/overlap";
import { readTableTraffic, trafficLines } from "../foresight/cost/tableTraffic";
import { refuseDuplicates } from "../foresight/duplicates";
import { Foreseen } from "../foresight/foreseen";
import { littleMemory, type VectorNeeds, vectorNeeds } from "../foresight/vectors/vectorNeeds";
import { foreseeWaits } from "../foresight/waits";
import { buildSettingsOf } from "../operation/buildSession";
import { Patience } from "../operation/patience";
import { plan } from "../plan/plan";
import { type Step, sqlsOf } from "../plan/step";
import type { Database } from "../session/database";
import { readDatabaseIdentity } from "../session/databaseIdentity";
import { withObserver } from "../session/workspace";
import { type Declared, declaredForm } from "../situation/declaredForm";
import { previousHere } from "../situation/otherDatabase";
import { requireBuildMemory, requirePrivileges } from "../situation/prerequisites";
import { readSituation } from "../situation/readSituation";
import { type PreviousIndex, requireTable, type Scope } from "../situation/scope";
import { isSettled } from "../situation/situation";
import { renderBytes } from "../text/render";
import { estimateSize, walWarnings } from "./diskSpace";

/** Who asks, and what the resource has. */
export interface Questioner {
  readonly claim?: Claim;
  readonly previous?: PreviousIndex;
  /** False where nobody reads the lines: who will be waited for is then not looked at. */
  readonly isShown?: boolean;
}

/** What a build would do: in lines for people, and as what a later look is held to. */
export interface Preview {
  readonly lines: readonly string[];
  /** It builds an index that does not stand yet. */
  readonly builds?: boolean;
  /** The declaration as the server spells it, where it could be asked. */
  readonly canonical?: CanonicalIndex;
  /** Undefined while somebody else builds the index: what comes then is not known. */
  readonly foreseen?: Foreseen;
}

/**
 * Checks a declaration against the live server without changing anything, with the same catalog
 * read and plan as a build. Throws {@link PgIndexError} if a build would be refused, or is known to
 * fail. `willNeed`: how many sessions the build will have.
 */
export async function lookAhead(
  database: Database,
  desired: DesiredIndex,
  { claim, previous: recorded, isShown = true }: Questioner = {},
  willNeed = 2,
): Promise<Preview> {
  const options = { purpose: `preview ${desired.name}`, writable: true, builds: true, willNeed };
  return withObserver(database, options, async (observer) => {
    const table = await requireTable(observer, desired);
    const declared = await declaredForm(observer, desired);
    const identity = await readDatabaseIdentity(observer);
    const previous = recorded && previousHere(recorded, identity);
    const scope = { observer, desired, table, previous, claim, database: identity };
    const situation = await readSituation(scope, declared);
    if (!isSettled(situation)) {
      await requirePrivileges(observer, desired, table);
      await requireBuildMemory(observer, database, desired);
    }
    const builders =
      situation.verdict.kind === "invalid"
        ? await conflictingSessions(observer, table.oid, observer.pid)
        : [];
    if (builders.length > 0) {
      const who = builders.map(describeSession).join("; ");
      return { lines: [`waits for ${who}, then checks again`] };
    }
    const decided = plan(situation, desired);
    if (decided.kind === "refused") throw new PgIndexError(decided.advice);
    const { steps } = decided;
    const met = await whatItMeets(scope, steps, database);
    const builds = steps.some(({ kind }) => kind === "build");
    const asked = builds && isShown ? await whatItCosts(scope, steps, declared) : [];
    const { patience } = desired.policy;
    const { waitForMs } = new Patience(patience, database.patience);
    const waits = isShown ? await foreseeWaits(observer, steps, table.oid, waitForMs) : [];
    const size = `${desired.schema}.${desired.table} ${sizeOf(table)}`;
    const lines = [size, ...abridge(steps.map(describe)), ...met, ...asked, ...waits];
    const canonical = declared.kind === "ok" ? declared.canonical : undefined;
    return { lines, builds, canonical, foreseen: Foreseen.of(situation, steps) };
  });
}

/** As {@link lookAhead}: one line per planned step. */
export async function previewIndex(...question: Parameters<typeof lookAhead>): Promise<string[]> {
  return [...(await lookAhead(...question)).lines];
}

/** What a reviewer weighs against the gain. */
async function whatItCosts(
  { observer, desired, table }: Scope,
  steps: readonly Step[],
  declared: Declared,
): Promise<string[]> {
  const overlaps =
    declared.kind === "ok"
      ? await overlapLines(observer, table.oid, declared.canonical, steps)
      : [];
  return [...trafficLines(await readTableTraffic(observer, table.oid), desired), ...overlaps];
}

/** What the build needs and meets. Throws {@link PgIndexError} if it is known to fail. */
async function whatItMeets(
  scope: Scope,
  steps: readonly Step[],
  database: Database,
): Promise<string[]> {
  const { observer, desired, table } = scope;
  const builds = steps.some(({ kind }) => kind === "build");
  const unseen = builds ? await refuseDuplicates(observer, desired, table) : undefined;
  const writes = builds || steps.some(({ kind }) => kind === "reindex");
  const needs = writes ? await needsOf(scope, buildSettingsOf(database, desired)) : [];
  return [...needs, ...(unseen ? [unseen] : [])];
}

async function needsOf(scope: Scope, settings: BuildSettings): Promise<string[]> {
  const { observer, desired, table } = scope;
  const vectors = await vectorNeeds(observer, desired, table);
  return [
    ...settingsLines(settings),
    ...(await spaceLines(scope, vectors)),
    ...(await littleMemory(observer, desired, vectors, settings)),
  ];
}

function settingsLines(declared: BuildSettings): string[] {
  const settings = Object.entries(serverSettings(declared));
  if (settings.length === 0) return [];
  return [`builds with ${settings.map(([name, value]) => `${name} = ${value}`).join(", ")}`];
}

/** An index smaller than this fits everywhere. */
const SMALL_BYTES = 10 * 1024 * 1024;

async function spaceLines(
  { observer, desired, table }: Scope,
  vectors: VectorNeeds | undefined,
): Promise<string[]> {
  const bytes = vectors?.index ?? (await estimateSize(observer, desired, table)) ?? 0;
  const warnings = await walWarnings(observer);
  if (bytes < SMALL_BYTES) return warnings;
  const sorts = vectors ? "" : ", and the same again while it sorts";
  return [`needs about ${renderBytes(bytes)}${sorts}`, ...warnings];
}

/** Maximum number of steps shown, since a table can have a thousand partitions. */
const SHOWN_STEPS = 12;

function abridge(lines: readonly string[]): string[] {
  if (lines.length <= SHOWN_STEPS) return [...lines];
  return [
    ...lines.slice(0, SHOWN_STEPS),
    `… and ${lines.length - SHOWN_STEPS} more steps of the same kind`,
  ];
}

/** Describes a step. The preview also shows a first build's statement as the input `statement`. */
function describe(step: Step): string {
  switch (step.kind) {
    case "adopt":
      return `builds nothing: ${step.why}`;
    case "build":
      return `builds the index: ${step.why}; ${sqlsOf(step).join("; ")}; locks ${step.locks}`;
    default: {
      const warning = "warning" in step && step.warning ? ` (${step.warning})` : "";
      return `${sqlsOf(step).join("; ")}: ${step.why}${warning}`;
    }
  }
}

function sizeOf(table: LiveTable): string {
  if (table.rows < 0) return "has never been analyzed";
  const rows = Math.round(table.rows).toLocaleString("en-US");
  return `has ${rows} rows, ${renderBytes(table.sizeBytes)}`;
}
