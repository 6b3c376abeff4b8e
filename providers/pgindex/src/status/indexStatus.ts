import type { IndexOutputs } from "../engine/record/outputs";
import { refreshedOutputs } from "../engine/record/refresh";
import type { Session } from "../engine/session/session";
import { readUsage } from "../engine/verify/usage";
import { type Build, readBuilds } from "./runningBuilds";
import type { Recorded, StackState } from "./stackState";

/** How a query that the index serves was planned when it was last verified. */
export interface PlanStatus {
  readonly query: string;
  /** `Index Scan`; null when nothing was run. */
  readonly planType: string | null;
  readonly usesIndex: boolean;
  /** Milliseconds; null when nothing was run. */
  readonly executionMs: number | null;
}

/** A declared index as the database has it now. Plain JSON. */
export interface IndexStatus {
  readonly urn: string;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** `valid`: queries use it, and it is what was built. `building`: somebody is building it now. */
  readonly state: "valid" | "building" | "invalid" | "drifted" | "missing";
  /** What is wrong with it, in words; null when nothing is. */
  readonly drift: string | null;
  readonly sizeBytes: number | null;
  /** `idx_scan` of the server that was asked, the measurements of pgindex included. */
  readonly scans: number | null;
  /** `last_idx_scan`, ISO 8601; null before PostgreSQL 16. */
  readonly lastScan: string | null;
  /** ISO 8601; null when it was adopted. */
  readonly builtAt: string | null;
  /** ISO 8601. */
  readonly validSince: string;
  /** Of the last verification. */
  readonly plans: readonly PlanStatus[];
}

/** What a stack has declared, and what the database has of it. */
export interface StackStatus {
  readonly stack: string;
  /** Every index is valid and as built. */
  readonly ok: boolean;
  readonly indexes: readonly IndexStatus[];
  /** Builds that run in the database now. */
  readonly builds: readonly Build[];
}

/**
 * Looks at every index of a stack. Read-only: a session with an empty search_path, on a primary or
 * a standby.
 */
export async function readStatus(observer: Session, state: StackState): Promise<StackStatus> {
  const builds = await readBuilds(observer);
  const indexes: IndexStatus[] = [];
  for (const recorded of state.indexes)
    indexes.push(await indexStatus(observer, recorded, state, builds));
  const ok = indexes.every((index) => index.state === "valid");
  return { stack: state.stack, ok, indexes, builds };
}

async function indexStatus(
  observer: Session,
  { urn, outputs }: Recorded<IndexOutputs>,
  state: StackState,
  builds: readonly Build[],
): Promise<IndexStatus> {
  const { schema, name, table, builtAt, validSince } = outputs;
  const found = await refreshedOutputs(observer, outputs);
  const usage = found && (await readUsage(observer, found));
  return {
    urn,
    schema,
    name,
    table,
    state: stateOf(found, builds),
    drift: found ? found.drift : "it is not there",
    sizeBytes: found?.sizeBytes ?? null,
    scans: usage?.scans ?? null,
    lastScan: usage?.lastScan ?? null,
    builtAt,
    validSince,
    plans: plansOf(`${schema}.${name}`, state),
  };
}

function stateOf(found: IndexOutputs | undefined, builds: readonly Build[]): IndexStatus["state"] {
  if (!found) return "missing";
  if (!found.valid)
    return builds.some(({ indexOid }) => indexOid === found.oid) ? "building" : "invalid";
  return found.drift ? "drifted" : "valid";
}

function plansOf(index: string, { verifications }: StackState): PlanStatus[] {
  return verifications
    .filter(({ outputs }) => outputs.index === index)
    .flatMap(({ outputs }) => outputs.queries)
    .map(({ name, planType, usesIndex, executionMs }) => ({
      query: name,
      planType,
      usesIndex,
      executionMs,
    }));
}
