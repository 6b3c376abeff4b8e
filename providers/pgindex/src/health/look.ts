import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/problems";
import type { Target } from "../engine/target";
import { verifyIndex } from "../engine/verification";
import { parseVerification, verificationInputs } from "../engine/verificationArgs";
import { withObserver } from "../engine/workspace";
import { type IndexStatus, readStatus, type StackStatus } from "../status/indexStatus";
import {
  parseStackState,
  type Recorded,
  readStackState,
  type StackState,
} from "../status/stackState";
import type { MigrationHealth, QueryHealth } from "./answer";
import type { HealthSettings } from "./options";

/** Queries of an index, `schema.name`, as they were measured last. */
type Measurements = Readonly<Record<string, readonly QueryHealth[]>>;

/** Looks at the database no more often than it may, however many ask at once. */
export class HealthLook {
  private readonly target: Target;
  private readonly state: StackState;
  private readonly settings: HealthSettings;
  private answer: Promise<MigrationHealth> | undefined;
  private answeredAt = 0;
  private measured: Measurements = {};
  private measuredAt: Date | undefined;
  private measuring: Promise<void> | undefined;
  private measuringBegan = Number.NEGATIVE_INFINITY;

  constructor(target: Target, state: StackState, settings: HealthSettings) {
    this.target = target;
    this.state = state;
    this.settings = settings;
    this.measured = recordedMeasurements(state);
  }

  /** The health now, or as it was at most `cacheSeconds` ago. Never rejects. */
  current(): Promise<MigrationHealth> {
    const age = performance.now() - this.answeredAt;
    if (this.answer && age < this.settings.cacheSeconds * 1000) return this.answer;
    this.answeredAt = performance.now();
    this.answer = this.look();
    return this.answer;
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await this.answer;
    await this.measuring;
  }

  private async look(): Promise<MigrationHealth> {
    const checkedAt = new Date().toISOString();
    try {
      const session = { purpose: "health", writable: false };
      const status = await withObserver(this.target, session, (observer) =>
        readStatus(observer, this.state),
      );
      this.beginMeasuring();
      return { ...toHealth(status, this.measured), checkedAt, measuredAt: this.lastMeasured() };
    } catch (error) {
      return { ...unknown(this.state, error), checkedAt, measuredAt: this.lastMeasured() };
    }
  }

  private lastMeasured(): string | null {
    return this.measuredAt?.toISOString() ?? null;
  }

  /** In the background: an answer never waits for a query. */
  private beginMeasuring(): void {
    const { measureSeconds } = this.settings;
    const age = performance.now() - this.measuringBegan;
    if (measureSeconds === 0 || this.measuring || age < measureSeconds * 1000) return;
    this.measuringBegan = performance.now();
    this.measuring = this.measure().finally(() => {
      this.measuring = undefined;
    });
  }

  /** A query that fails keeps what was known of it: the next try comes with the next measuring. */
  private async measure(): Promise<void> {
    for (const recorded of this.state.verifications) {
      const queries = await measureOne(this.target, recorded).catch(() => undefined);
      if (!queries) continue;
      this.measured = { ...this.measured, ...queries };
      this.measuredAt = new Date();
    }
  }
}

async function measureOne(
  target: Target,
  { outputs }: Recorded<object>,
): Promise<Measurements | undefined> {
  const parsed = await parseVerification(verificationInputs({ ...outputs }));
  if (parsed.kind !== "ok") return undefined;
  const never = new AbortController().signal;
  const ctx = { signal: never, draining: never, log: () => {}, status: () => {} };
  const { report } = await verifyIndex(target, parsed.value, ctx);
  return { [report.index]: report.queries.map(toQuery) };
}

function recordedMeasurements({ verifications }: StackState): Measurements {
  return Object.fromEntries(
    verifications.map(({ outputs }) => [outputs.index, outputs.queries.map(toQuery)]),
  );
}

interface Measured extends Omit<QueryHealth, "beforeMs"> {
  readonly before?: { readonly executionMs: number | null } | null;
}

function toQuery(query: Measured): QueryHealth {
  const { name, planType, usesIndex, executionMs, ratio = null, before } = query;
  return { name, planType, usesIndex, executionMs, ratio, beforeMs: before?.executionMs ?? null };
}

type Seen = Omit<MigrationHealth, "checkedAt" | "measuredAt">;

function toHealth({ stack, indexes, builds }: StackStatus, measured: Measurements): Seen {
  return {
    status: statusOf(indexes),
    stack,
    indexes: indexes.map(({ urn: _, validSince: __, plans: ___, ...index }) => ({
      ...index,
      queries: [...(measured[`${index.schema}.${index.name}`] ?? [])],
    })),
    builds: builds.map(({ index, progress, seconds, blockers }) => ({
      index,
      phase: progress.phase,
      seconds: Math.round(seconds),
      blockedBy: blockers.length,
    })),
    problem: null,
  };
}

function statusOf(indexes: readonly IndexStatus[]): MigrationHealth["status"] {
  const has = (...states: IndexStatus["state"][]) =>
    indexes.some(({ state }) => states.includes(state));
  if (has("invalid", "missing")) return "failing";
  if (has("drifted")) return "degraded";
  return has("building") ? "building" : "ok";
}

/** The reason is ours to tell; an error that is not advice may carry anything, and is for the server's own log. */
function unknown({ stack }: StackState, error: unknown): Seen {
  const problem =
    error instanceof PgIndexError ? error.advice.what : "the database could not be asked";
  return { status: "failing", stack, indexes: [], builds: [], problem };
}

/** Throws {@link PgIndexError}. */
export function loadState(state: string | object): StackState {
  if (typeof state !== "string") return readStackState(state);
  try {
    return parseStackState(readFileSync(state, "utf8"));
  } catch (error) {
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(
      {
        what: `cannot read the state of the stack: ${errorText(error)}`,
        why: "it says which indexes are declared",
        fix: "write it with: pulumi stack export --file state.json",
      },
      { cause: error },
    );
  }
}
