import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgeStanding } from "../judge/catalogJudge.ts";
import { withClient } from "../chaosServer.ts";
import { type Declaration, declarationsOf, type StackName } from "./declarations.ts";
import type { NameSampler } from "../judge/nameSampler.ts";
import { Cli, type Ended, type Environment } from "./pulumiCli.ts";
import type { RunFolder } from "./runFolder.ts";
import { errorsOf } from "../judge/runRecord.ts";
import type { Goal } from "../troubles/troubleSchedule.ts";

/**
 * After the last trouble, nothing may be in the way: a command that fails then is a broken promise.
 */
const CALM_ATTEMPTS = 3;

const TEN_AT_ONCE = ["--parallel", "10", "--suppress-outputs", "--suppress-progress"];

/** What watches a stack from outside. */
export interface Watchers {
  readonly url: string;
  readonly sampler: NameSampler;
  ended(ended: Ended, stack: string): void;
  broken(promise: string): void;
}

/** One stack of the program. It keeps heading for its goal, whatever is done to it meanwhile. */
export class Stack {
  readonly cli: Cli;
  readonly name: StackName;
  readonly #declarations: string;
  readonly #watchers: Watchers;
  /** How often its resources have got another name or place. */
  #moves = 0;

  constructor(name: StackName, folder: RunFolder, env: Environment, watchers: Watchers) {
    this.cli = new Cli(name, folder, env);
    this.name = name;
    this.#declarations = join(folder.program, `declarations-${name}.json`);
    this.#watchers = watchers;
  }

  async init(): Promise<void> {
    const ended = await this.cli.run([
      ...["stack", "init", this.name],
      ...["--secrets-provider", "passphrase"],
    ]);
    if (ended.code !== 0) throw new Error(`pulumi stack init failed:\n${ended.text}`);
  }

  /**
   * Brings the goal about; then each resource gets another name, or another parent, which has to
   * leave every index as it is.
   */
  async reach(goal: Goal, round: number, isCalm: () => boolean): Promise<void> {
    const names = declarationsOf(this.name, "first", 0).map(({ args }) => args.name);
    const { sampler } = this.#watchers;
    if (goal === "nothing") {
      sampler.forget(names);
      return this.#repeat("destroy", isCalm);
    }
    this.#declare(goal, round);
    await this.#repeat("up", isCalm);
    await this.#judge(goal, round);
    sampler.expect(names);
    this.#moves += 1;
    this.#declare(goal, round);
    await this.#repeat("up", isCalm);
    await this.#judge(goal, round);
  }

  /** Right after a command that succeeded, whatever goes on meanwhile. */
  async #judge(goal: Exclude<Goal, "nothing">, round: number): Promise<void> {
    const declarations: readonly Declaration[] = declarationsOf(this.name, goal, round);
    const { url, broken } = this.#watchers;
    const problems = await judgeStanding(
      (work) => withClient(url, work),
      declarations,
      `judge_${this.name}`,
    );
    for (const problem of problems)
      broken(`stack ${this.name}, right after an up (${goal}) that succeeded: ${problem}`);
  }

  /** Repeats the command until it succeeds. `isCalm` says whether the trouble is over. */
  async #repeat(command: "up" | "destroy", isCalm: () => boolean): Promise<void> {
    let said = "";
    for (let calm = 0; calm < CALM_ATTEMPTS; ) {
      const wasCalm = isCalm();
      const ended = await this.#run(command, "--yes", "--skip-preview", ...TEN_AT_ONCE);
      this.#watchers.ended(ended, this.name);
      if (ended.code === 0) return;
      said = errorsOf(ended.text);
      if (wasCalm) calm += 1;
      // A killed CLI leaves the stack locked, on the file backend and on object stores.
      if (ended.interference.includes("kill CLI")) await this.#unlock();
    }
    const failed = `pulumi ${command} failed ${CALM_ATTEMPTS} times after all trouble was over`;
    throw new Error(`stack ${this.name}: ${failed}:\n${said}`);
  }

  /** Whether nothing is left to do, and otherwise what Pulumi would do. */
  async preview(): Promise<{ readonly isEmpty: boolean; readonly text: string }> {
    const { code, text } = await this.#run("preview", "--expect-no-changes", ...TEN_AT_ONCE);
    return { isEmpty: code === 0, text };
  }

  /** Can be killed itself. */
  async #unlock(): Promise<void> {
    for (let attempt = 0; attempt < CALM_ATTEMPTS; attempt += 1) {
      const { code } = await this.cli.run(["cancel", this.name, "--yes"]);
      if (code === 0) return;
    }
  }

  #run(command: string, ...args: readonly string[]): Promise<Ended> {
    const env = { CHAOS_DECLARATIONS: this.#declarations };
    return this.cli.run([command, "--stack", this.name, ...args], env);
  }

  #declare(goal: Exclude<Goal, "nothing">, round: number): void {
    const indexes = declarationsOf(this.name, goal, round).map((each) => each.args);
    const suffix = this.#moves === 0 ? "" : `-${Math.floor(this.#moves / 2)}`;
    const component = this.#moves % 2 === 1 ? "set" : "";
    writeFileSync(this.#declarations, JSON.stringify({ suffix, component, indexes }));
  }
}
