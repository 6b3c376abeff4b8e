import pLimit from "p-limit";
import { firstLine } from "../../engine/errors/advice";
import type { Query } from "../../engine/session/query";
import { withObserver } from "../../engine/session/workspace";
import { oneLine } from "../../engine/text/printable";
import { CachedRead } from "../../health/cachedRead";
import { readStatus } from "../../status/indexStatus";
import type { FleetFile } from "../declare/fleetFile";
import type { Target } from "../declare/targetSchema";
import { readTargets } from "../declare/targets";
import { databaseOfTarget, leaveTarget } from "../plan/lookAtTargets";
import type { Control } from "../queue/controlDatabase";
import { type Record, readRecords } from "../rollout/records";
import { lastRollout, type Rollout } from "../rollout/rollout";
import type { DatabaseProblem, FleetHealth } from "./fleetHealth";

export interface FleetProbeSettings {
  readonly control: Control;
  readonly file: FleetFile;
  readonly env: Readonly<globalThis.Record<string, string | undefined>>;
  readonly cacheSeconds: number;
}

/** So many databases are looked at side by side. */
const SIDE_BY_SIDE = 8;

interface TargetState {
  readonly name: string;
  readonly state: "waiting" | "running" | "done" | "failed" | "left";
  readonly problem: string | null;
}

/** Looks at every database of a fleet no more often than allowed, however many callers ask. */
export class FleetProbe {
  private readonly settings: FleetProbeSettings;
  private readonly cached: CachedRead<FleetHealth>;

  constructor(settings: FleetProbeSettings) {
    this.settings = settings;
    this.cached = new CachedRead(settings.cacheSeconds, () => this.read());
  }

  /** As of at most `cacheSeconds` ago. Never rejects. */
  current(): Promise<FleetHealth> {
    return this.cached.current();
  }

  /** Resolves once nothing is looked at any longer. */
  idle(): Promise<void> {
    return this.cached.idle();
  }

  private async read(): Promise<FleetHealth> {
    const { control, file } = this.settings;
    const { name: fleet } = file.fleet;
    const nothing = { databases: { all: 0, done: 0, wrong: 0 }, problems: [], rollout: null };
    const head = { checkedAt: new Date().toISOString(), fleet };
    try {
      const rollout = await lastRollout(control.query, fleet);
      if (rollout) return { ...head, ...(await this.look(rollout)), problem: null };
      const problem = "the fleet has no rollout yet";
      return { status: "failing", ...head, ...nothing, problem };
    } catch (error) {
      const problem = oneLine(firstLine(error));
      return { status: "failing", ...head, ...nothing, problem };
    }
  }

  private async look(rollout: Rollout) {
    const { control, file, env } = this.settings;
    const states = await readStates(control.query, rollout.id);
    const records = await readRecords(control.query, rollout.fleet);
    const targets = new Map((await readTargets(file, env)).map((each) => [each.name, each]));
    const turn = pLimit(SIDE_BY_SIDE);
    const looks = states.map((each) =>
      turn(() => this.problemsOf(each, targets.get(each.name), records.ofTarget(each.name))),
    );
    const problems = (await Promise.all(looks)).flat();
    const done = states.filter(({ state }) => state === "done").length;
    const wrong = new Set(problems.map(({ target }) => target)).size;
    return {
      status: statusOf(rollout, problems),
      rollout: rollout.state,
      databases: { all: states.length, done, wrong },
      problems,
    };
  }

  /** What is wrong with one database, by its own catalog. */
  private async problemsOf(
    { name, state, problem }: TargetState,
    target: Target | undefined,
    records: readonly Record[],
  ): Promise<DatabaseProblem[]> {
    const found = (text: string, isFailing = true) => [{ target: name, problem: text, isFailing }];
    if (state === "failed") return found(`has failed: ${problem}`);
    if (state === "left") return found(`was left out: ${problem}`, false);
    if (records.length === 0) return state === "done" ? found("has no index of the fleet") : [];
    // What runs now is not wrong yet.
    if (state === "running") return [];
    if (!target) return found("the targets' source names it no more");
    try {
      return (await this.indexesOf(target, records)).flatMap(({ index, is, drift }) =>
        is === "valid" || is === "building"
          ? []
          : found(`${index} is ${is}${drift ? `: ${drift}` : ""}`, is !== "drifted"),
      );
    } catch (error) {
      return found(oneLine(firstLine(error)));
    }
  }

  private async indexesOf(target: Target, records: readonly Record[]) {
    const { file, env } = this.settings;
    const database = databaseOfTarget(target, file.fleet, env);
    const indexes = records.map(({ index, outputs }) => ({ urn: index, outputs }));
    const state = { ...NO_MORE, stack: target.name, indexes };
    const options = { purpose: "fleet health", writable: false };
    try {
      const status = await withObserver(database, options, (it) => readStatus(it, state));
      return status.indexes.map(({ urn: index, state: is, drift }) => ({ index, is, drift }));
    } finally {
      await leaveTarget(database);
    }
  }
}

const NO_MORE = { verifications: [], gates: [], backups: [], baselines: [] };

function readStates(query: Query, rollout: string): Promise<TargetState[]> {
  return query(
    "SELECT name, state, problem FROM pgindex_fleet.target WHERE rollout = $1 ORDER BY wave, name",
    [rollout],
  );
}

function statusOf({ state }: Rollout, problems: readonly DatabaseProblem[]): FleetHealth["status"] {
  if (problems.some(({ isFailing }) => isFailing)) return "failing";
  if (problems.length > 0) return "degraded";
  return state === "running" || state === "paused" ? "building" : "ok";
}
