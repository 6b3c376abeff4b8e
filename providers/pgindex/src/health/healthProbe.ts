import { PgIndexError } from "../engine/errors/advice";
import type { Database } from "../engine/session/database";
import { withObserver } from "../engine/session/workspace";
import { type VerificationReport, verifyIndex } from "../engine/verify/verification";
import { parseVerification, verificationInputs } from "../engine/verify/verificationArgs";
import { type IndexStatus, readStatus, type StackStatus } from "../status/indexStatus";
import { buildSummary } from "../status/runningBuilds";
import type { Recorded, StackState } from "../status/stackState";
import type { MigrationHealth, QueryHealth } from "./healthAnswer";
import type { HealthSettings } from "./options";

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
  private state: StackState;
  private latest: Promise<HealthReading> | undefined;
  private lookedAt = 0;
  private measuredAt: Date | undefined;
  private measuring: Promise<void> | undefined;
  private measuringBegan = Number.NEGATIVE_INFINITY;

  constructor(database: Database, state: StackState, settings: HealthSettings) {
    this.database = database;
    this.state = state;
    this.settings = settings;
  }

  /**
   * The database now, or as of at most `cacheSeconds` ago, in which case it is the same object.
   * Never rejects.
   */
  current(): Promise<HealthReading> {
    const age = performance.now() - this.lookedAt;
    if (this.latest && age < this.settings.cacheSeconds * 1000) return this.latest;
    this.lookedAt = performance.now();
    this.latest = this.read();
    return this.latest;
  }

  /** Resolves once nothing is running any longer. */
  async idle(): Promise<void> {
    await this.latest;
    await this.measuring;
  }

  private async read(): Promise<HealthReading> {
    const checkedAt = new Date().toISOString();
    const { state } = this;
    const at = { checkedAt, measuredAt: this.measuredAt?.toISOString() ?? null };
    try {
      const session = { purpose: "health", writable: false };
      const status = await withObserver(this.database, session, (observer) =>
        readStatus(observer, state),
      );
      this.beginMeasuring();
      return { state, status, health: { ...toHealth(status, state), ...at } };
    } catch (error) {
      return { state, health: { ...unknown(state, error), ...at } };
    }
  }

  /** Runs in the background, so an answer never waits for a query. */
  private beginMeasuring(): void {
    const { measureSeconds } = this.settings;
    const age = performance.now() - this.measuringBegan;
    if (measureSeconds === 0 || this.measuring || age < measureSeconds * 1000) return;
    this.measuringBegan = performance.now();
    this.measuring = this.measure().finally(() => {
      this.measuring = undefined;
    });
  }

  /** A query that fails keeps its last result and is tried again with the next measurement. */
  private async measure(): Promise<void> {
    for (const recorded of this.state.verifications) {
      const report = await measureOne(this.database, recorded).catch(() => undefined);
      if (!report) continue;
      this.state = withMeasured(this.state, recorded.urn, report);
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

/**
 * Keeps the stack's counters and history, which cover a longer time. If the server counted this
 * measurement, it must not pass for traffic.
 */
function withMeasured(state: StackState, urn: string, measured: VerificationReport): StackState {
  const { queries, plans } = measured;
  const verifications = state.verifications.map((recorded) => {
    if (recorded.urn !== urn) return recorded;
    const { outputs } = recorded;
    const ownScans = (outputs.usage?.ownScans ?? 0) + measured.usage.ownScans;
    const usage = outputs.usage && { ...outputs.usage, ownScans };
    return { urn, outputs: { ...outputs, queries, plans, usage } };
  });
  return { ...state, verifications };
}

function measuredQueries({ verifications }: StackState, index: string): QueryHealth[] {
  return verifications
    .filter(({ outputs }) => outputs.index === index)
    .flatMap(({ outputs }) => outputs.queries.map(toQuery));
}

interface Measured extends Omit<QueryHealth, "beforeMs"> {
  readonly before?: { readonly executionMs: number | null } | null;
}

function toQuery(query: Measured): QueryHealth {
  const { name, planType, usesIndex, executionMs, ratio = null, before } = query;
  return { name, planType, usesIndex, executionMs, ratio, beforeMs: before?.executionMs ?? null };
}

type Seen = Omit<MigrationHealth, "checkedAt" | "measuredAt">;

function toHealth({ stack, indexes, builds }: StackStatus, state: StackState): Seen {
  return {
    status: statusOf(indexes),
    stack,
    indexes: indexes.map(({ urn: _, validSince: __, plans: ___, ...index }) => ({
      ...index,
      queries: measuredQueries(state, `${index.schema}.${index.name}`),
    })),
    builds: builds.map(buildSummary),
    problem: indexes.length === 0 ? NO_INDEX : null,
  };
}

/** "Every index is valid" of a stack that has none would hold for a wrong file too. */
const NO_INDEX = "the stack has no index: check that the state is the right stack's";

function statusOf(indexes: readonly IndexStatus[]): MigrationHealth["status"] {
  const has = (...states: IndexStatus["state"][]) =>
    indexes.some(({ state }) => states.includes(state));
  if (indexes.length === 0 || has("invalid", "missing")) return "failing";
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
