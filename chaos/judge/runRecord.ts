import type { Notable, Written } from "../application/chaosWriter.ts";
import type { Ended } from "../stacks/pulumiCli.ts";
import type { Taking, Verdict } from "../troubles/nameSteps.ts";
import type { Trouble } from "../troubles/troubleSchedule.ts";
import { Disturbances } from "./disturbances.ts";
import { errorsOf, isExplained } from "./explainedFailure.ts";

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
  readonly disturbances = new Disturbances();
  /** What became of other tools' indexes under our names, and refusals that were right. */
  readonly rightly = new Map<string, number>();
  readonly #windows: Window[] = [];
  /** The longest wait reported by the engine, in seconds. */
  longestWait = 0;
  /** OIDs that a command has named before it dropped them, and those of other tools that are gone. */
  readonly #announced = new Set<number>();
  readonly #gone = new Map<number, string>();

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
    for (const [, oid] of text.matchAll(/_pgindex_drop_(\d+)/g)) this.#announced.add(Number(oid));
    if (code === 0 || interference.length > 0) return;
    if (this.restarted(ended)) return;
    const { lookalikes } = this.disturbances;
    const disturbed = [...this.disturbances.within(ended.from, ended.to), ...lookalikes];
    const detaching = this.#windows.some(
      (window) => window.kind.startsWith("DETACH") && overlaps(window, ended),
    );
    if (isExplained(text, { disturbed, detaching })) this.rightlyDone("refused");
    else
      this.broken.push(
        `stack ${stack}: a command failed though nobody touched it: ${errorsOf(text)}`,
      );
  }

  /** Counts what was kept as promised, and would not be seen otherwise. */
  rightlyDone(what: string): void {
    count(this.rightly, what);
  }

  /** Whether the server was restarted in the period. */
  restarted(period: { readonly from: number; readonly to: number }): boolean {
    return this.#windows.some((window) => isRestart(window) && overlaps(window, period));
  }

  /**
   * How another tool's index under our name has ended. Only one that is as declared is adopted, and
   * only one that a command has named beforehand is replaced.
   */
  taken(verdict: Verdict, kind: Taking, name: string, oid: number): void {
    count(this.rightly, `${verdict} (${kind})`);
    if (verdict === "gone") this.#gone.set(oid, name);
    if (verdict === "adopted" && kind !== "rebuild, other tool")
      this.broken.push(`another tool's index ${name}, of another definition, was marked as ours`);
  }

  /** Other tools' indexes that were dropped though no command had said so. */
  droppedInSilence(): string[] {
    return [...this.#gone]
      .filter(([oid]) => !this.#announced.has(oid))
      .map(([oid, name]) => `another tool's index ${name} (${oid}) was dropped without a word`);
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
