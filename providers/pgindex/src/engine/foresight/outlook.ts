import type { BuildSettings } from "../declare/buildSettings";
import type { Facts } from "../hazards/facts";
import type { Hazard } from "../hazards/hazard";
import type { HazardCode } from "../hazards/hazardKinds";
import type { ParsedQuery } from "../measure/servedQueries";
import type { Step } from "../plan/step";
import { once } from "../session/sharedReads";
import type { Declared } from "../situation/declaredForm";
import type { Scope } from "../situation/scope";
import { displayName } from "../text/render";
import { foreseeOverlaps } from "./cost/overlap";
import { OVERLAP_CODES } from "./cost/overlapMessages";
import { foreseeDuplicates } from "./duplicates";
import { foreseeCollation } from "./served/collationHazards";
import { foreseeBareKeys } from "./served/foreignKeys";
import { foreseePermitted } from "./server/permitted";
import { readServerState } from "./server/serverState";
import { slotsThatHoldRows, slotsThatKeepWal } from "./server/slotMessages";
import { cancelsOnStandbys, laggingStandbys } from "./server/standbyMessages";
import { estimateBuildTime } from "./size/buildTime";
import { type EarlierBuild, timeByPace } from "./size/earlierPace";
import { needsOf } from "./size/needs";
import { foreseeSortMemory } from "./size/sortMemory";
import { foreseeGraphMemory, vectorNeeds } from "./size/vectorNeeds";
import { foreseeTable } from "./table/tableMessages";
import { readTableState } from "./table/tableState";
import { foreseeHotLoss, trafficFacts } from "./table/tableTraffic";
import { WAIT_CODES } from "./waitMessages";
import { foreseeWaits } from "./waits";

/** What is to be done, and how. */
export interface Intended extends Scope {
  readonly steps: readonly Step[];
  readonly declared: Declared;
  readonly buildSettings: BuildSettings;
  readonly waitForMs: number;
  /** The queries that the index serves. */
  readonly serves: readonly ParsedQuery[];
  readonly of: Facts["table"];
  /** Somebody reads what it costs. */
  readonly isShown: boolean;
  /** Builds that the stack has recorded, by which the time of this one is told. */
  readonly earlier: readonly EarlierBuild[];
}

/** Whether anybody wants to know of hazards of these kinds. */
export type Wants = (...codes: readonly HazardCode[]) => boolean;

/** What a plan costs and meets. */
export interface Outlook {
  readonly facts: Pick<Facts, "traffic" | "needs" | "build">;
  readonly hazards: readonly Hazard[];
}

/** Looks at what a plan costs and meets. Read-only, and bounded. */
export async function lookOut(intended: Intended, wants: Wants): Promise<Outlook> {
  const { observer, desired, table, steps, declared, waitForMs, serves, database } = intended;
  if (steps.every(({ kind }) => kind === "adopt")) return { facts: {}, hazards: [] };
  const builds = steps.some(({ kind }) => kind === "build");
  const around = wants(...SURROUNDING_CODES) ? await lookAround(intended) : NOTHING;
  const overlaps = builds && declared.kind === "ok" && wants(...OVERLAP_CODES);
  const hazards = [
    ...foreseePermitted(observer, database?.name ?? "", steps),
    ...(builds ? await foreseeDuplicates(observer, desired, table) : []),
    ...around.hazards,
    ...(overlaps ? await foreseeOverlaps(observer, table.oid, declared.canonical, steps) : []),
    ...(builds && wants("like-collation", "other-collation")
      ? await foreseeCollation(observer, table.oid, desired, serves)
      : []),
    ...(wants("drops-foreign-key-index")
      ? await foreseeBareKeys(observer, droppedBy(steps), desired)
      : []),
    ...(wants(...WAIT_CODES) ? await foreseeWaits(observer, steps, table.oid, waitForMs) : []),
  ];
  return { facts: around.facts, hazards };
}

const NOTHING: Outlook = { facts: {}, hazards: [] };

/** What server and table are asked for, a query each. */
const SURROUNDING_CODES = [
  "slot-keeps-wal",
  "slot-holds-rows",
  "replica-lag",
  "standby-cancels",
  "little-memory",
  "many-indexes",
  "large-table",
  "wraparound-near",
  "ends-hot-updates",
] as const satisfies HazardCode[];

/** What server and table mean to the plan. */
async function lookAround(intended: Intended): Promise<Outlook> {
  const { observer, desired, table, steps, buildSettings, of, isShown } = intended;
  const server = await once(observer, readServerState);
  const onStandbys = cancelsOnStandbys(server, steps, displayName(desired));
  const builds = steps.some(({ kind }) => kind === "build");
  if (!builds && !steps.some(({ kind }) => kind === "reindex"))
    return { facts: {}, hazards: onStandbys };
  const state = await readTableState(observer, table.oid);
  const vectors = await vectorNeeds(observer, desired, table);
  const needs = await needsOf(observer, desired, table, vectors);
  const traffic = builds ? trafficFacts(state) : undefined;
  const build = isShown ? await timeOf(intended, needs?.indexBytes) : undefined;
  const { maintenanceWorkMem: declared } = buildSettings;
  const memory = declared === undefined ? server.maintenanceBytes : declared * 1024;
  const hazards = [
    ...slotsThatKeepWal(server),
    ...slotsThatHoldRows(server, displayName(of), { ...state, rows: of.rows }),
    ...laggingStandbys(server),
    ...onStandbys,
    ...foreseeGraphMemory(desired, vectors, memory),
    ...foreseeSortMemory(desired, needs?.indexBytes, memory),
    ...foreseeTable(state, of, builds),
    ...foreseeHotLoss(traffic, desired),
  ];
  return { facts: { traffic, needs, build }, hazards };
}

/** By this server's own pace: that of earlier builds, else of a look at some rows. */
async function timeOf(
  { observer, desired, table, earlier, database }: Intended,
  indexBytes: number | undefined,
): Promise<Facts["build"]> {
  const byPace =
    database && indexBytes ? timeByPace(earlier, desired, database, indexBytes) : undefined;
  return byPace ?? estimateBuildTime(observer, desired, table);
}

function droppedBy(steps: readonly Step[]) {
  return steps.flatMap((step) => (step.kind === "drop" ? [step.index] : []));
}
