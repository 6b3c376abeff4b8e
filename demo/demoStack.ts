import { configFile, PLACE, type StackName, shownPath } from "./demoPaths.ts";
import type { Cli, Outcome } from "./pulumiCli.ts";
import type { Evidence, VerifiedIndexes } from "./stackOutputs.ts";

/** A dot per second is useless in a log, and the outputs are shown as a table. */
const UNSEEN = ["--suppress-progress", "--suppress-outputs"];

/** A stack of the program, operated the way a person would, with the Pulumi CLI. */
export class Stack {
  readonly name: StackName;
  readonly #cli: Cli;

  constructor(name: StackName, cli: Cli) {
    this.name = name;
    this.#cli = cli;
  }

  get #stack(): string[] {
    return ["--stack", this.name];
  }

  get #program(): string[] {
    return [...this.#stack, "--config-file", shownPath(configFile(this.name))];
  }

  async init(databaseUrl: string): Promise<void> {
    await this.#cli.run(["-C", shownPath(PLACE), "stack", "init", this.name], {
      unseen: ["--secrets-provider", "passphrase"],
    });
    await this.#cli.run(["config", "set", "--secret", "databaseUrl", ...this.#program], {
      input: { text: databaseUrl, typed: `<<< "$${this.name.toUpperCase()}_URL"` },
    });
  }

  async setConfig(key: string, value: string): Promise<void> {
    await this.#cli.run(["config", "set", key, value, ...this.#program]);
  }

  /** Shows the statements that would run, in full. */
  async previewDiff(): Promise<Outcome> {
    const args = ["preview", "--diff", "--show-full-output", ...this.#program];
    return this.#cli.run(args, { unseen: UNSEEN });
  }

  /** Returns the outcome even if it fails, as when a gate is closed. */
  async preview(): Promise<Outcome> {
    return this.#cli.try(["preview", ...this.#program], { unseen: UNSEEN });
  }

  /** True if the program has nothing left to do. */
  async isUpToDate(): Promise<boolean> {
    const args = ["preview", "--expect-no-changes", ...this.#program];
    return (await this.#cli.try(args, { unseen: UNSEEN })).exitCode === 0;
  }

  async up(): Promise<Outcome> {
    return this.#cli.run(["up", "--yes", "--skip-preview", ...this.#program], { unseen: UNSEEN });
  }

  /** Measures again. Outputs belong to the program, so it has to run too. */
  async refresh(): Promise<Outcome> {
    const args = ["refresh", "--yes", "--skip-preview", "--run-program", ...this.#program];
    return this.#cli.run(args, { unseen: UNSEEN });
  }

  async destroy(): Promise<Outcome> {
    const args = ["destroy", "--yes", "--skip-preview", ...this.#program];
    return this.#cli.run(args, { unseen: UNSEEN });
  }

  /** When the gate started counting each index as valid, in epoch milliseconds. */
  async validSince(): Promise<number[]> {
    const evidence = (await this.#output("evidence", "nothing")) as Evidence;
    return Object.values(evidence).map(({ validSince }) => Date.parse(validSince));
  }

  async verification(): Promise<VerifiedIndexes> {
    return (await this.#output("verification", "command")) as VerifiedIndexes;
  }

  /** The stack's state, as `pulumi stack export` shows it to anybody. */
  async state(): Promise<string> {
    return (await this.#cli.run(["stack", "export", ...this.#stack], { shows: "command" })).stdout;
  }

  async #output(name: string, shows: "command" | "nothing"): Promise<unknown> {
    const args = ["stack", "output", name, "--json", ...this.#stack];
    return JSON.parse((await this.#cli.run(args, { shows })).stdout);
  }
}
