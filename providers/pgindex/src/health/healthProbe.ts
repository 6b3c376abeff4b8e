import { PgIndexError } from "../engine/errors/advice";
import type { Database } from "../engine/session/database";
import { withObserver } from "../engine/session/workspace";
import { type VerificationReport, verifyIndex } from "../engine/verify/verification";
import { parseVerification, verificationInputs } from "../engine/verify/verificationArgs";
import {
  type IndexStatus,
  isLost,
  isServing,
  readStatus,
  type StackStatus,
} from "../status/indexStatus";
import { buildSummary } from "../status/runningBuilds";
import type { Recorded, StackState } from "../status/stackState";
import { CachedRead } from "./cachedRead";
import type { IndexHealth, MigrationHealth, QueryHealth } from "./healthAnswer";
import { MeasuredQueries } from "./measuredQueries";
import type { HealthSettings } from "./options";
import type { FollowedStack } from "./stackStateSource";

/** The result of reading the database once. */
export interface HealthReading {
  readonly health: MigrationHealth;
  /** The stack's declarations, with the queries as last measured. */
  readonly state: StackState;
  /** Undefined if the database could not be queried. */
  readonly status?: StackStatus;
}

/** Reads the database no more often than allowed, however many callers ask at the same time. */
export class HealthProbe {
  private readonly database: Database;
  private readonly settings: HealthSettings;
  private readonly stack: FollowedStack;
  private readonly measured = new MeasuredQueries();
  private readonly cached: CachedRead<HealthReading>;
  private measuredAt: Date | undefined;
  private measuring: Promise<void> | undefined;
  private measuringBegan = Number.NEGATIVE_INFINITY;

  constructor(database: Database, stack: FollowedStack, settings: HealthSettings) {
    this.database = database;
    this.stack = stack;
    this.settings = settings;
    this.cached = new CachedRead(settings.cacheSeconds, () => this.read());
  }

  /**
   * The database now, or as of at most `cacheSeconds` ago, in which case it is the same object.
   * Never rejects.
   */
  current(): Promise<HealthReading> {
    return this.cached.current();
  }

  /** Resolves once nothing is running any longer. */
  async idle(): Promise<void> {
    await this.cached.idle();
    await this.measuring;
  }

  private async read(): Promise<HealthReading> {
    const checkedAt = new Date().toISOString();
    const followed = await this.stack.current();
    const state = this.measured.in(followed.state);
    const at = { checkedAt, measuredAt: this.measuredAt?.toISOString() ?? null };
    try {
      const session = { purpose: "health", writable: false };
      const status = await withObserver(this.database, session, (observer) =>
        readStatus(observer, state),
      );
      this.beginMeasuring(followed.state);
      return { state, status, health: { ...toHealth(status, state, followed.problem), ...at } };
    } catch (error) {
      return { state, health: { ...unknown(state, error), ...at } };
    }
  }

  /** Runs in the background, so an answer never waits for a query. */
  private beginMeasuring(state: StackState): void {
    const { measureSeconds } = this.settings;
    const age = performance.now() - this.measuringBegan;
    if (measureSeconds === 0 || this.measuring || age < measureSeconds * 1000) return;
    this.measuringBegan = performance.now();
    this.measuring = this.measure(state).finally(() => {
      this.measuring = undefined;
    });
  }

  /** A query that fails keeps its last result and is tried again with the next measurement. */
  private async measure(state: StackState): Promise<void> {
    for (const recorded of state.verifications) {
      const report = await measureOne(this.database, recorded).catch(() => undefined);
      if (!report) continue;
      this.measured.add(recorded.urn, recorded.outputs, report);
      this.measuredAt = new Date();
    }
  }
}

async function measureOne(
  database: Database,
  { outputs }: Recorded<{ readonly applicationRole?: string }>,
): Promise<VerificationReport | undefined> {
  const parsed = await parseVerification(verificationInputs({ ...outputs }));
  if (parsed.kind !== "ok") return undefined;
  const never = new AbortController().signal;
  const ctx = { signal: never, draining: never, log: () => {}, status: () => {} };
  const { applicationRole } = outputs;
  const asApplication = { ...database, ...(applicationRole && { applicationRole }) };
  const { report } = await verifyIndex(asApplication, parsed.value, ctx);
  return report;
}

/** By the index that they are of. */
type Verifications = ReadonlyMap<string, StackState["verifications"]>;

/** While no query can use an index, nothing that was measured of it holds. */
function measuredQueries(verifications: Verifications, of: IndexStatus): QueryHealth[] {
  const own = verifications.get(`${of.schema}.${of.name}`) ?? [];
  const queries = own.flatMap(({ outputs }) => outputs.queries.map(toQuery));
  return isServing(of.state) ? queries : queries.map((query) => ({ ...query, ...NOT_RUN }));
}

const NOT_RUN = { planType: null, usesIndex: false, executionMs: null, ratio: null };

interface Measured extends Omit<QueryHealth, "beforeMs"> {
  readonly before?: { readonly executionMs: number | null } | null;
}

function toQuery(query: Measured): QueryHealth {
  const { name, planType, usesIndex, executionMs, ratio = null, before } = query;
  return { name, planType, usesIndex, executionMs, ratio, beforeMs: before?.executionMs ?? null };
}

type Seen = Omit<MigrationHealth, "checkedAt" | "measuredAt">;

function toHealth(
  { stack, indexes, builds }: StackStatus,
  state: StackState,
  unread: string | null,
): Seen {
  const status = statusOf(indexes);
  const verifications = Map.groupBy(state.verifications, ({ outputs }) => outputs.index);
  return {
    status: status === "ok" && unread ? "degraded" : status,
    stack,
    indexes: indexes.map((index) => toIndex(index, verifications)),
    builds: builds.map(buildSummary),
    problem: lossesOf(indexes) ?? unread,
  };
}

function toIndex(index: IndexStatus, verifications: Verifications): IndexHealth {
  const { urn: _, validSince: __, plans: ___, warnings: ____, ...shown } = index;
  return { ...shown, queries: measuredQueries(verifications, index) };
}

/** What makes a stack fail; null if it does not. */
function lossesOf(indexes: readonly IndexStatus[]): string | null {
  if (indexes.length === 0) return NO_INDEX;
  const lost = indexes.filter(({ state }) => isLost(state));
  const texts = lost.map(({ schema, name, state, drift }) => {
    const why = drift ? `: ${drift}` : "";
    return `${schema}.${name} is ${state}${why}`;
  });
  const others = texts.length > MOST_LOSSES ? [`and ${texts.length - MOST_LOSSES} more`] : [];
  return [...texts.slice(0, MOST_LOSSES), ...others].join("; ") || null;
}

const MOST_LOSSES = 5;

/** "Every index is valid" of a stack that has none would hold for a wrong file too. */
const NO_INDEX = "the stack has no index: check that the state is the right stack's";

function statusOf(indexes: readonly IndexStatus[]): MigrationHealth["status"] {
  const has = (wanted: IndexStatus["state"]) => indexes.some(({ state }) => state === wanted);
  if (lossesOf(indexes)) return "failing";
  if (has("drifted")) return "degraded";
  return has("building") ? "building" : "ok";
}

/**
 * We can pass on our own reasons. Any other error could contain anything, and belongs in the
 * server's own log.
 */
function unknown({ stack }: StackState, error: unknown): Seen {
  const problem =
    error instanceof PgIndexError ? error.advice.what : "the database could not be queried";
  return { status: "failing", stack, indexes: [], builds: [], problem };
}
