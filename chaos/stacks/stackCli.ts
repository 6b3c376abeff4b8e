import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Goal } from "../troubles/troubleSchedule.ts";
import { declarationsOf, type StackName } from "./declarations.ts";
import { Cli, type Ended, type Environment } from "./pulumiCli.ts";
import type { RunFolder } from "./runFolder.ts";

const TEN_AT_ONCE = ["--parallel", "10", "--suppress-outputs", "--suppress-progress"];

const UNLOCK_ATTEMPTS = 3;

/** An index, and the `project/stack` that has it. */
export interface TakeOver {
  readonly name: string;
  readonly from: string;
}

/** The commands of one stack of the program. */
export class StackCli {
  readonly cli: Cli;
  readonly name: StackName;
  /** The database that the commands go to unless they are told another one. */
  readonly databaseUrl: string;
  readonly #declarations: string;

  constructor(name: StackName, folder: RunFolder, env: Environment) {
    this.cli = new Cli(name, folder, env);
    this.name = name;
    this.databaseUrl = env.DATABASE_URL ?? "";
    this.#declarations = join(folder.program, `declarations-${name}.json`);
  }

  async init(): Promise<void> {
    const ended = await this.cli.run([
      ...["stack", "init", this.name],
      ...["--secrets-provider", "passphrase"],
    ]);
    if (ended.code !== 0) throw new Error(`pulumi stack init failed:\n${ended.text}`);
  }

  /**
   * `moves`: how often the resources have got another name or place. `takeOver`: the index that the
   * stack takes over, and from whom.
   */
  declare(
    goal: Exclude<Goal, "nothing">,
    round: number,
    { moves, takeOver }: { readonly moves: number; readonly takeOver?: TakeOver },
  ): void {
    const indexes = declarationsOf(this.name, goal, round).map(({ args }) =>
      args.name === takeOver?.name ? { ...args, takeOverFrom: takeOver.from } : args,
    );
    const suffix = moves === 0 ? "" : `-${Math.floor(moves / 2)}`;
    const component = moves % 2 === 1 ? "set" : "";
    writeFileSync(this.#declarations, JSON.stringify({ suffix, component, indexes }));
  }

  /** Unlocks the stack too: a killed CLI leaves it locked, on a file backend as on object stores. */
  async run(command: string, args: readonly string[], env: Environment = {}): Promise<Ended> {
    const ended = await this.cli.run([command, "--stack", this.name, ...args, ...TEN_AT_ONCE], {
      CHAOS_DECLARATIONS: this.#declarations,
      ...env,
    });
    if (ended.interference.includes("kill CLI")) await this.#unlock();
    return ended;
  }

  /** Can be killed itself. */
  async #unlock(): Promise<void> {
    for (let attempt = 0; attempt < UNLOCK_ATTEMPTS; attempt += 1) {
      const { code } = await this.cli.run(["cancel", this.name, "--yes"]);
      if (code === 0) return;
    }
  }
}
