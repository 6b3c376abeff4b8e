import { readStaleCollations, staleCollationWarnings } from "../engine/catalog/collations";
import { readOnce } from "../engine/look/readOnce";
import type { IndexOutputs } from "../engine/record/outputs";
import { refreshedOutputs } from "../engine/record/refresh";
import type { Session } from "../engine/session/session";
import { displayName } from "../engine/text/render";
import { readUsage } from "../engine/verify/usage";
import { type Build, readBuilds } from "./runningBuilds";
import type { Recorded, StackState } from "./stackState";

/** How a served query was planned in the last verification. */
export interface PlanStatus {
  readonly query: string;
  /** `Index Scan`; null if nothing was run. */
  readonly planType: string | null;
  readonly usesIndex: boolean;
  /** Milliseconds; null if nothing was run. */
  readonly executionMs: number | null;
}

/** A declared index as it is in the database now. Plain JSON. */
export interface IndexStatus {
  readonly urn: string;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** `valid`: queries can use it, and it is as built. `building`: somebody is building it now. */
  readonly state: "valid" | "building" | "invalid" | "drifted" | "missing";
  /** What is wrong with it, in words; null if nothing. */
  readonly drift: string | null;
  /** What is no drift, and has to be looked at: a collation whose version has changed. */
  readonly warnings: readonly string[];
  readonly sizeBytes: number | null;
  /** `idx_scan` on the server we asked, including pgindex's own measurements. */
  readonly scans: number | null;
  /** `last_idx_scan`, ISO 8601; null before PostgreSQL 16. */
  readonly lastScan: string | null;
  /** ISO 8601; null if it was adopted. */
  readonly builtAt: string | null;
  /** ISO 8601. */
  readonly validSince: string;
  /** From the last verification; empty while no query can use the index. */
  readonly plans: readonly PlanStatus[];
}

/** Whether queries can use an index in this state. */
export function isServing(state: IndexStatus["state"]): boolean {
  return state === "valid" || state === "drifted";
}

/** Whether the stack has an index less than it has declared, and nobody is building it. */
export function isLost(state: IndexStatus["state"]): boolean {
  return state === "invalid" || state === "missing";
}

/** A stack's declared indexes, and their state in the database. */
export interface StackStatus {
  readonly stack: string;
  /** True if every index is valid and as built. */
  readonly ok: boolean;
  readonly indexes: readonly IndexStatus[];
  /** Builds that are running in the database now. */
  readonly builds: readonly Build[];
}

/**
 * Reads the state of every index of a stack. Read-only: a session with an empty search_path, on a
 * primary or a standby.
 */
export async function readStatus(session: Session, state: StackState): Promise<StackStatus> {
  const observer = readOnce(session).part();
  const builds = await readBuilds(observer);
  const stale = await readStaleCollations(observer);
  const verified = Map.groupBy(state.verifications, ({ outputs }) => outputs.index);
  const indexes: IndexStatus[] = [];
  for (const recorded of state.indexes) {
    const status = await indexStatus(observer, recorded, builds);
    const proofs = verified.get(displayName(recorded.outputs)) ?? [];
    indexes.push({
      ...status,
      plans: isServing(status.state) ? plansOf(proofs) : [],
      warnings: staleCollationWarnings(stale, recorded.outputs),
    });
  }
  const ok = indexes.every((index) => index.state === "valid");
  return { stack: state.stack, ok, indexes, builds };
}

async function indexStatus(
  observer: Session,
  { urn, outputs }: Recorded<IndexOutputs>,
  builds: readonly Build[],
): Promise<Omit<IndexStatus, "warnings" | "plans">> {
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
  };
}

function stateOf(found: IndexOutputs | undefined, builds: readonly Build[]): IndexStatus["state"] {
  if (!found) return "missing";
  if (!found.valid)
    return builds.some(({ indexOid }) => indexOid === found.oid) ? "building" : "invalid";
  return found.drift ? "drifted" : "valid";
}

function plansOf(verifications: StackState["verifications"]): PlanStatus[] {
  return verifications
    .flatMap(({ outputs }) => outputs.queries)
    .map(({ name, planType, usesIndex, executionMs }) => ({
      query: name,
      planType,
      usesIndex,
      executionMs,
    }));
}
