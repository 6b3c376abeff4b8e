import { patiently, withClient } from "../chaosServer.ts";
import { errorsOf, refusedNames } from "../judge/explainedFailure.ts";
import type { NameSampler } from "../judge/nameSampler.ts";
import type { RunRecord } from "../judge/runRecord.ts";
import { judgeStanding } from "../judge/standingJudge.ts";
import type { Goal } from "../troubles/troubleSchedule.ts";
import { type Declaration, declarationsOf } from "./declarations.ts";
import { adoptedNames, missingNames, unowned } from "./lookalikes.ts";
import {
  type Astray,
  astrayProblems,
  contentsOf,
  type OtherDatabase,
  otherUrl,
} from "./otherDatabase.ts";
import type { Cli, Ended } from "./pulumiCli.ts";
import type { StackCli, TakeOver } from "./stackCli.ts";

/**
 * After the last trouble, nothing may be in the way: a command that fails then is a broken promise.
 */
const CALM_ATTEMPTS = 3;

/** What watches a stack from outside. */
export interface Watchers {
  readonly url: string;
  readonly sampler: NameSampler;
  readonly record: RunRecord;
  readonly other: OtherDatabase;
  /** Ends when the stack that disagrees does nothing. */
  rivalIdle(): Promise<void>;
}

type Standing = Exclude<Goal, "nothing">;

/** One stack of the program. It keeps heading for its goal, whatever is done to it meanwhile. */
export class Stack {
  readonly #commands: StackCli;
  readonly #watchers: Watchers;
  readonly #names: readonly string[];
  /** How often its resources have got another name or place. */
  #moves = 0;

  constructor(commands: StackCli, watchers: Watchers) {
    this.#commands = commands;
    this.#watchers = watchers;
    this.#names = declarationsOf(commands.name, "first", 0).map(({ args }) => args.name);
  }

  get cli(): Cli {
    return this.#commands.cli;
  }

  /**
   * Brings the goal about; then, while there is trouble, each resource gets another name, or another
   * parent, which has to leave every index as it is.
   */
  async reach(goal: Goal, round: number, isCalm: () => boolean): Promise<void> {
    if (goal === "nothing") return this.#destroy(isCalm);
    await this.#up(goal, round, isCalm);
    if (isCalm()) return;
    this.#moves += 1;
    await this.#up(goal, round, isCalm);
    const isOdd = (round + this.#commands.name.length) % 2 === 1;
    if (!isCalm()) await this.#goAstray(isOdd ? "destroy" : "preview");
  }

  async #up(goal: Standing, round: number, isCalm: () => boolean): Promise<void> {
    this.#commands.declare(goal, round, { moves: this.#moves });
    const { from } = await this.#repeat("up", isCalm);
    await this.#judge(goal, round, from);
    this.#watchers.sampler.expect(this.#undisturbed(from));
  }

  /** What the stack has found it keeps; what it built goes. */
  async #destroy(isCalm: () => boolean): Promise<void> {
    const { url, sampler, record, rivalIdle } = this.#watchers;
    const from = Date.now();
    sampler.forget(this.#names);
    await rivalIdle();
    const found = await patiently(url, (client) => adoptedNames(client, this.#names));
    await this.#repeat("destroy", isCalm);
    const gone = await patiently(url, (client) => missingNames(client, found));
    const undisturbed = this.#undisturbed(from);
    for (const name of gone.filter((each) => undisturbed.includes(each)))
      record.broken.push(`a destroy dropped ${name}, which the stack had found`);
    for (const _ of found) record.rightlyDone("found, and kept by a destroy");
    await this.#dropByHand(this.#names);
  }

  /** Names that no other tool has touched since. */
  #undisturbed(from: number): string[] {
    const disturbed = this.#watchers.record.disturbances.within(from, Date.now());
    return this.#names.filter((name) => !disturbed.includes(name));
  }

  /** Drops what another tool has left under these names, as a person does who was told so. */
  async #dropByHand(names: readonly string[]): Promise<void> {
    const { url, sampler, record } = this.#watchers;
    const { disturbances } = record;
    const left = await patiently(url, (client) => unowned(client, names, disturbances));
    sampler.forget(left);
    for (const name of left) {
      await patiently(url, (client) =>
        client.query(`DROP INDEX CONCURRENTLY IF EXISTS app.${name}`),
      );
      disturbances.lookalikes.delete(name);
    }
  }

  /** Right after a command that succeeded, whatever goes on meanwhile. */
  async #judge(goal: Standing, round: number, from: number): Promise<void> {
    const { name } = this.#commands;
    const declarations: readonly Declaration[] = declarationsOf(name, goal, round);
    const { url, record } = this.#watchers;
    const problems = await judgeStanding(
      (work) => withClient(url, work),
      declarations,
      `judge_${name}`,
    );
    const disturbed = record.disturbances.within(from, Date.now());
    const isExcused = (problem: string) => disturbed.includes(problem.split(" ")[0] ?? "");
    for (const problem of problems.filter((each) => !isExcused(each)))
      record.broken.push(`stack ${name}, right after an up (${goal}) that succeeded: ${problem}`);
  }

  /** One command with the URL of another database, which may change nothing, here or there. */
  async #goAstray(command: Astray): Promise<void> {
    const { record, other } = this.#watchers;
    const before = await contentsOf(other);
    const options = command === "destroy" ? ["--yes", "--skip-preview"] : [];
    const ended = await this.#commands.run(command, options, {
      DATABASE_URL: otherUrl(this.#commands.databaseUrl),
    });
    const isTouched = ended.interference.length > 0 || record.restarted(ended);
    const problems = astrayProblems(command, ended);
    if (!isTouched || ended.code === 0) record.broken.push(...problems);
    if (problems.length === 0) record.rightlyDone(`${command} in another database, told so`);
    if ((await contentsOf(other)) !== before)
      record.broken.push(`a ${command} in another database has changed something there`);
  }

  /** Repeats the command until it succeeds. `isCalm` says whether the trouble is over. */
  async #repeat(command: "up" | "destroy", isCalm: () => boolean): Promise<Ended> {
    const { name } = this.#commands;
    let said = "";
    for (let calm = 0; calm < CALM_ATTEMPTS; ) {
      const wasCalm = isCalm();
      const ended = await this.#commands.run(command, ["--yes", "--skip-preview"]);
      this.#watchers.record.ended(ended, name);
      if (ended.code === 0) return ended;
      said = errorsOf(ended.text);
      if (wasCalm) calm += 1;
      await this.#dropByHand(refusedNames(ended.text));
    }
    const failed = `pulumi ${command} failed ${CALM_ATTEMPTS} times after all trouble was over`;
    throw new Error(`stack ${name}: ${failed}:\n${said}`);
  }

  /** One `up`, in peace, that takes an index over. */
  takeOver(goal: Standing, round: number, takeOver: TakeOver): Promise<Ended> {
    this.#commands.declare(goal, round, { moves: this.#moves, takeOver });
    return this.#commands.run("up", ["--yes", "--skip-preview"]);
  }

  /** Whether nothing is left to do, and otherwise what Pulumi would do. */
  async preview(): Promise<{ readonly isEmpty: boolean; readonly text: string }> {
    const { code, text } = await this.#commands.run("preview", ["--expect-no-changes"]);
    return { isEmpty: code === 0, text };
  }
}
