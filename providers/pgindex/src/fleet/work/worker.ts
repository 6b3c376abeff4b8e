import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, errorText, PgIndexError } from "../../engine/errors/advice";
import type { Context } from "../../engine/operation/context";
import { oneLine } from "../../engine/text/printable";
import { PACKAGE_VERSION } from "../../packageManifest";
import type { FleetFile } from "../declare/fleetFile";
import type { Target } from "../declare/targetSchema";
import { readTargets } from "../declare/targets";
import type { Control } from "../queue/controlDatabase";
import { type Job, type Queue, queueName } from "../queue/queue";
import { advance } from "../rollout/advance";
import { lastRollout, type Rollout } from "../rollout/rollout";
import { otherReleaseAdvice } from "../rollout/rolloutMessages";
import { freeDead, workerName } from "./deadWorkers";
import { judgeWave } from "./gateJob";
import { runTarget } from "./targetJob";
import { type Held, noteTarget } from "./transitions";
import type { Workplace } from "./workplace";

export interface WorkerSettings {
  readonly control: Control;
  readonly queue: Queue;
  readonly file: FleetFile;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How many targets it works on at the same time. */
  readonly concurrency: number;
  /** Hears what happens to each target. */
  readonly say: (line: string) => void;
}

/** How often a worker looks whether a rollout can go on, and tells what its targets wait for. */
const LOOK_MS = 1_000;

/** Targets that are added, and passwords that are changed, are known after so long. */
const SOURCE_IS_FRESH_MS = 30_000;

/** One process that works on a fleet. Any number of them share the work. */
export class Worker implements Workplace {
  readonly control: Control;
  readonly queue: Queue;
  readonly file: FleetFile;
  readonly env: WorkerSettings["env"];
  /** Names it in the records. */
  readonly name = workerName(randomBytes(2).toString("hex"));
  private readonly settings: WorkerSettings;
  private readonly cancel = new AbortController();
  private readonly drain = new AbortController();
  private readonly notes = new Map<string, { readonly held: Held; text: string }>();
  private source: { readonly at: number; readonly targets: Promise<Target[]> } | undefined;

  constructor(settings: WorkerSettings) {
    this.settings = settings;
    ({ control: this.control, queue: this.queue, file: this.file, env: this.env } = settings);
  }

  get isStopping(): boolean {
    return this.drain.signal.aborted;
  }

  /** Works until `stopped`, or until the fleet's rollout has ended if `untilDone`. */
  async work(stopped: Promise<void>, untilDone: boolean): Promise<Rollout | undefined> {
    const { boss } = this.queue;
    const { fleet } = this.file;
    // A mistake in the source is told before anything is taken.
    await this.targets();
    await this.refuseOtherRelease();
    const options = { pollingIntervalSeconds: 0.5, localConcurrency: this.settings.concurrency };
    const groupConcurrency = fleet.maxBuildsPerServer;
    await boss.work<Job>(
      queueName(fleet.name, "target"),
      { ...options, groupConcurrency },
      async ([job]) => this.runJob(job),
    );
    await boss.work<Job>(
      queueName(fleet.name, "gate"),
      { pollingIntervalSeconds: 0.5 },
      async ([job]) => this.runJob(job),
    );
    const ended = await this.keep(stopped, untilDone);
    this.drain.abort(new CancelledError("the worker stops"));
    await boss.stop({ graceful: true, timeout: WAITS_FOR_BUILDS_MS });
    return ended;
  }

  /** Cancels what runs: the engine cleans up, and another worker does it again. */
  cancelAll(): void {
    this.drain.abort(new CancelledError("the worker stops"));
    this.cancel.abort(new CancelledError("the worker stops"));
  }

  async target(name: string): Promise<Target | undefined> {
    const found = (await this.targets()).find((target) => target.name === name);
    if (found || !this.source || Date.now() - this.source.at < LOOK_MS) return found;
    this.source = undefined;
    return (await this.targets()).find((target) => target.name === name);
  }

  contextOf(held: Held): Context {
    const note = (text: string) => {
      const key = JSON.stringify([held.rollout, held.target]);
      this.notes.set(key, { held, text: oneLine(text) });
    };
    return {
      signal: this.cancel.signal,
      draining: this.drain.signal,
      log: (severity, message) =>
        this.settings.say(`${held.target}: ${severity === "warning" ? "warning: " : ""}${message}`),
      status: note,
    };
  }

  private targets(): Promise<Target[]> {
    if (!this.source || Date.now() - this.source.at > SOURCE_IS_FRESH_MS)
      this.source = { at: Date.now(), targets: readTargets(this.file, this.env) };
    return this.source.targets;
  }

  private async refuseOtherRelease(): Promise<void> {
    const rollout = await lastRollout(this.control.query, this.file.fleet.name);
    const isLive = rollout && !["done", "stopped"].includes(rollout.state);
    if (isLive && rollout.release !== PACKAGE_VERSION)
      throw new PgIndexError(otherReleaseAdvice(rollout.release, PACKAGE_VERSION));
  }

  private async runJob(
    job: { readonly id: string; readonly data: Job } | undefined,
  ): Promise<void> {
    if (!job) return;
    const { data } = job;
    if (data.kind === "gate") return judgeWave(this, { ...data, job: job.id });
    const held = { rollout: data.rollout, target: data.target, job: job.id, worker: this.name };
    this.settings.say(`${data.target}: taken`);
    await runTarget(this, held);
    this.notes.delete(JSON.stringify([data.rollout, data.target]));
    this.settings.say(`${data.target}: over`);
  }

  /** Looks after the rollout until there is no more to do. */
  private async keep(stopped: Promise<void>, untilDone: boolean): Promise<Rollout | undefined> {
    let isStopped = false;
    void stopped.then(() => {
      isStopped = true;
    });
    for (;;) {
      const rollout = await this.look().catch((error) => {
        this.settings.say(`the control database: ${errorText(error)}`);
        return undefined;
      });
      if (isStopped || (untilDone && rollout && isAtEnd(rollout))) return rollout;
      await Promise.race([delay(LOOK_MS), stopped]);
    }
  }

  private async look(): Promise<Rollout | undefined> {
    const { query } = this.control;
    const notes = [...this.notes.values()];
    this.notes.clear();
    for (const { held, text } of notes) await noteTarget(query, held, text);
    const rollout = await lastRollout(query, this.file.fleet.name);
    if (!rollout || this.isStopping) return rollout;
    await freeDead(this.control, this.queue, rollout);
    if (rollout.state === "running")
      await this.control.transaction((inside) => advance(inside, this.queue, rollout.id));
    return rollout;
  }
}

/** Without `--until-done` a worker waits for the next rollout. */
function isAtEnd({ state }: Rollout): boolean {
  return state === "done" || state === "halted" || state === "stopped";
}

/** A build that runs is finished; another signal cancels it. */
const WAITS_FOR_BUILDS_MS = 24 * 3600 * 1000;
