import type { Notable, Written } from "../application/chaosWriter.ts";
import type { Ended } from "../stacks/pulumiCli.ts";
import type { Trouble } from "../troubles/troubleSchedule.ts";

/**
 * The period of a trouble, in epoch milliseconds: it may be to blame for anything that happens
 * meanwhile. `to` is Infinity until it is over.
 */
export interface Window {
  readonly kind: Trouble;
  readonly from: number;
  to: number;
}

/** What is counted during a run. */
export class RunRecord {
  /** Troubles that hit, by kind. */
  readonly hits = new Map<Trouble, number>();
  /** Troubles that found nothing to hit, or were ended by another. */
  misses = 0;
  /** Commands that ended, by their exit: "ok", "failed", "killed". */
  readonly commands = new Map<string, number>();
  /** What interrupted the engine's attempts, in its words. */
  readonly retries = new Map<string, number>();
  /** Broken promises. */
  readonly broken: string[] = [];
  readonly #windows: Window[] = [];
  /** The longest wait reported by the engine, in seconds. */
  longestWait = 0;

  trouble(kind: Trouble, hit: boolean): void {
    if (hit) count(this.hits, kind);
    else this.misses += 1;
  }

  /** Reads a command's output. A failure needs a reason other than the product. */
  ended(ended: Ended, stack: string): void {
    const { code, text, interference } = ended;
    count(this.commands, code === 0 ? "ok" : code === undefined ? "killed" : "failed");
    for (const [, reason] of text.matchAll(/attempt \d+ was interrupted \((.*?)\)/g))
      count(this.retries, (reason as string).replaceAll(/\d+/g, "N"));
    for (const [, seconds] of text.matchAll(/: over after (\d+) s/g))
      this.longestWait = Math.max(this.longestWait, Number(seconds));
    if (code === 0 || interference.length > 0) return;
    if (this.#windows.some((window) => isRestart(window) && overlaps(window, ended))) return;
    this.broken.push(
      `stack ${stack}: a command failed though nobody touched it: ${errorsOf(text)}`,
    );
  }

  /**
   * A write may fail only together with the server, or as the deadlock victim of another tool's
   * patient ALTER TABLE, and wait long only behind such an ALTER TABLE.
   */
  written({ failed, long }: Written): void {
    const restarts = this.#windows.filter(isRestart);
    for (const write of failed) {
      if (isConnectionLost(write) && restarts.some((window) => overlaps(window, write))) continue;
      if (isDeadlock(write) && this.reasonOf(write) === "theirs") continue;
      this.broken.push(`a write on ${write.table} failed: ${write.code} ${write.message}`);
    }
    for (const write of long) {
      const ms = write.to - write.from;
      if (ms > BOUNDS[this.reasonOf(write)])
        this.broken.push(`a write on ${write.table} waited ${ms.toFixed()} ms`);
    }
  }

  /**
   * Whose fault a long wait is. It is theirs if the server restarts or another tool queues for a
   * lock without limit.
   */
  reasonOf(write: Notable): keyof typeof BOUNDS {
    const isTheirs = (each: Window) => isRestart(each) || each.kind === "ALTER TABLE, patient";
    return this.#windows.some((each) => isTheirs(each) && overlaps(each, write))
      ? "theirs"
      : "ours";
  }

  /** Runs a trouble that takes a while, and records its period. */
  async during(kind: Trouble, work: () => Promise<boolean>): Promise<boolean> {
    const window = { kind, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#windows.push(window);
    try {
      return await work();
    } finally {
      window.to = Date.now();
    }
  }
}

/**
 * How long a write may wait, in milliseconds. A machine with two cores and nine processes is
 * sometimes slow through nobody's fault.
 */
export const BOUNDS = { ours: 10_000, theirs: 90_000 };

const isRestart = ({ kind }: Window) => kind.startsWith("restart");

/** The effects of a restart can show up a moment later. */
const AFTERMATH_MS = 2_000;

function overlaps(window: Window, { from, to }: { from: number; to: number }): boolean {
  return from <= window.to + AFTERMATH_MS && to >= window.from;
}

function isConnectionLost({ code = "", message = "" }: Notable): boolean {
  return /^(57P0[123]|08...|ECONN.*|EPIPE)$/.test(code) || /Connection terminated/.test(message);
}

/**
 * A patient ALTER TABLE holds the table's lock and waits for a partition's lock, held by a REINDEX,
 * which waits for the write, which waits for the table. PostgreSQL cancels whichever checks first.
 */
function isDeadlock({ code }: Notable): boolean {
  return code === "40P01";
}

function count<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The lines that say what went wrong. */
export function errorsOf(text: string): string {
  const lines = text.split("\n").filter((line) => /error|refused|Diagnostics|cannot/i.test(line));
  return lines.slice(0, 12).join("\n    ");
}
