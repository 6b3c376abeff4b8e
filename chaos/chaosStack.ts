import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { declarationsFor } from "./declarations.ts";
import { Cli, type Ended, type Environment } from "./pulumiCli.ts";
import type { RunFolder } from "./runFolder.ts";
import { errorsOf } from "./runRecord.ts";
import type { Goal } from "./troubleSchedule.ts";

/**
 * After the last trouble, nothing may be in the way: a command that fails then is a broken promise.
 */
const CALM_ATTEMPTS = 3;

const TEN_AT_ONCE = ["--parallel", "10", "--suppress-outputs", "--suppress-progress"];

/** One stack of the program. It keeps heading for its goal, whatever is done to it meanwhile. */
export class Stack {
  readonly cli: Cli;
  readonly #declarations: string;
  readonly #onEnd: (ended: Ended, stack: string) => void;

  constructor(
    name: string,
    folder: RunFolder,
    env: Environment,
    onEnd: (ended: Ended, stack: string) => void,
  ) {
    this.cli = new Cli(name, folder, env);
    this.#declarations = join(folder.program, `declarations-${name}.json`);
    this.#onEnd = onEnd;
  }

  get name(): string {
    return this.cli.stack;
  }

  async init(): Promise<void> {
    const ended = await this.cli.run([
      ...["stack", "init", this.name],
      ...["--secrets-provider", "passphrase"],
    ]);
    if (ended.code !== 0) throw new Error(`pulumi stack init failed:\n${ended.text}`);
  }

  /** Repeats the command until it succeeds. `isCalm` says whether the trouble is over. */
  async reach(goal: Goal, round: number, isCalm: () => boolean): Promise<void> {
    const command = goal === "nothing" ? "destroy" : "up";
    if (goal !== "nothing") this.#declare(goal, round);
    let said = "";
    for (let calm = 0; calm < CALM_ATTEMPTS; ) {
      const wasCalm = isCalm();
      const ended = await this.#run(command, "--yes", "--skip-preview", ...TEN_AT_ONCE);
      this.#onEnd(ended, this.name);
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
    const args = declarationsFor(goal, round).map((each) => each.args);
    writeFileSync(this.#declarations, JSON.stringify(args));
  }
}
