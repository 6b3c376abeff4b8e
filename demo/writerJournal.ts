export const TABLES = ["conversation_states", "conversation_messages"] as const;
export type Table = (typeof TABLES)[number];

export interface WriteStats {
  writes: number;
  failed: number;
  /** Writes without an answer yet. Each counts in the times below with its age so far. */
  inFlight: number;
  longestStallMs: number;
  p50Ms: number;
  p99Ms: number;
  byTable: Record<Table, { writes: number; longestStallMs: number }>;
}

export interface Failure {
  /** SQLSTATE, or the connection's error code. */
  code: string;
  message: string;
  count: number;
}

export interface WriteTotals {
  writes: number;
  failed: number;
  longestStallMs: number;
  failures: Failure[];
}

export interface SlowWrite {
  /** When it began, ISO 8601. */
  at: string;
  ms: number;
}

interface Entry {
  table: Table;
  startedAt: number;
  startedTick: number;
  state: "in flight" | "done" | "failed";
  ms: number;
}

// About two hours of writes; nobody asks for older windows.
const KEPT_ENTRIES = 1_000_000;

/** Records when each write was made and how long it took. */
export class Journal {
  readonly #failures = new Map<string, Failure>();
  readonly #inFlight = new Set<Entry>();
  #finished: Entry[] = [];
  #totals = { writes: 0, failed: 0, longestStallMs: 0 };

  async record(table: Table, write: () => Promise<void>): Promise<void> {
    const entry: Entry = {
      table,
      startedAt: Date.now(),
      startedTick: performance.now(),
      state: "in flight",
      ms: 0,
    };
    this.#inFlight.add(entry);
    try {
      await write();
      entry.state = "done";
    } catch (error) {
      entry.state = "failed";
      this.#addFailure(error);
    }
    this.#finish(entry);
  }

  /** The writes in progress at any time between `from` and `to`, in epoch milliseconds. */
  between(from: number, to: number): WriteStats {
    const entries = [...this.#finished, ...this.#aged()].filter(
      (entry) => entry.startedAt <= to && entry.startedAt + entry.ms >= from,
    );
    const times = entries.map((entry) => entry.ms).sort((a, b) => a - b);
    const at = (share: number) => times[Math.ceil(times.length * share) - 1] ?? 0;
    return {
      ...countStates(entries),
      longestStallMs: at(1),
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      byTable: {
        conversation_states: ofTable(entries, "conversation_states"),
        conversation_messages: ofTable(entries, "conversation_messages"),
      },
    };
  }

  /**
   * The slowest of the writes that began in each of `parts` equal parts of the time. A part without
   * writes is omitted.
   */
  slowest(from: number, to: number, parts: number): SlowWrite[] {
    const slowest = new Map<number, Entry>();
    for (const entry of [...this.#finished, ...this.#aged()]) {
      if (entry.startedAt < from || entry.startedAt >= to) continue;
      const part = Math.floor(((entry.startedAt - from) / (to - from)) * parts);
      if (entry.ms > (slowest.get(part)?.ms ?? -1)) slowest.set(part, entry);
    }
    return [...slowest.entries()]
      .sort(([a], [b]) => a - b)
      .map(([, { startedAt, ms }]) => ({ at: new Date(startedAt).toISOString(), ms }));
  }

  totals(): WriteTotals {
    const oldest = Math.max(0, ...this.#aged().map((entry) => entry.ms));
    return {
      ...this.#totals,
      longestStallMs: Math.max(this.#totals.longestStallMs, oldest),
      failures: [...this.#failures.values()],
    };
  }

  /** Counts writes still in flight as failed, because nobody will wait for their answer. */
  abandon(reason: string): void {
    for (const entry of this.#inFlight) {
      entry.state = "failed";
      this.#addFailure(new Error(reason));
      this.#finish(entry);
    }
  }

  #aged(): Entry[] {
    const now = performance.now();
    return [...this.#inFlight].map((entry) => ({
      ...entry,
      ms: now - entry.startedTick,
    }));
  }

  #finish(entry: Entry): void {
    if (!this.#inFlight.delete(entry)) return;
    entry.ms = performance.now() - entry.startedTick;
    this.#finished.push(entry);
    if (this.#finished.length > KEPT_ENTRIES)
      this.#finished = this.#finished.slice(KEPT_ENTRIES / 2);
    const totals = this.#totals;
    totals[entry.state === "done" ? "writes" : "failed"] += 1;
    totals.longestStallMs = Math.max(totals.longestStallMs, entry.ms);
  }

  #addFailure(error: unknown): void {
    const { code = "none", message } = error as Error & { code?: string };
    const key = `${code} ${message}`;
    const known = this.#failures.get(key) ?? { code, message, count: 0 };
    this.#failures.set(key, { ...known, count: known.count + 1 });
  }
}

function countStates(entries: Entry[]) {
  const count = (state: Entry["state"]) => entries.filter((entry) => entry.state === state).length;
  return {
    writes: count("done"),
    failed: count("failed"),
    inFlight: count("in flight"),
  };
}

function ofTable(entries: Entry[], table: Table) {
  const own = entries.filter((entry) => entry.table === table);
  return {
    writes: countStates(own).writes,
    longestStallMs: own.reduce((most, entry) => Math.max(most, entry.ms), 0),
  };
}
