import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { patiently } from "../chaosServer.ts";
import { errorsOf } from "../judge/explainedFailure.ts";
import type { NameSampler } from "../judge/nameSampler.ts";
import type { RunRecord } from "../judge/runRecord.ts";
import { Cli, type Ended, type Environment } from "./pulumiCli.ts";
import { RIVAL_NAMES, unrefused, WANTED } from "./rivalNames.ts";
import type { RunFolder } from "./runFolder.ts";

const NAME = "rival";

/** Between two attempts: they cost the machine as much as any `up`. */
const PAUSE_MS = 6_000;

/** What the rival watches, and where it reports. */
interface Watched {
  readonly url: string;
  readonly sampler: NameSampler;
  readonly record: RunRecord;
}

/**
 * A stack that disagrees: it declares indexes of the others. Each `up`, whenever those stand, has to
 * be refused with the owner's name, and to change nothing.
 */
export class Rival {
  readonly #cli: Cli;
  readonly #env: Environment;
  readonly #watched: Watched;
  #stopping = false;
  #attempt: Promise<void> = Promise.resolve();
  #attempts: Promise<void> = Promise.resolve();

  constructor(folder: RunFolder, env: Environment, watched: Watched) {
    const declarations = join(folder.program, `declarations-${NAME}.json`);
    const indexes = WANTED.map(({ args }) => args);
    writeFileSync(declarations, JSON.stringify({ suffix: "", component: "", indexes }));
    this.#cli = new Cli(NAME, folder, env);
    this.#env = { CHAOS_DECLARATIONS: declarations };
    this.#watched = watched;
  }

  async init(): Promise<void> {
    await this.#cli.run(["stack", "init", NAME, "--secrets-provider", "passphrase"]);
  }

  start(): void {
    this.#attempts = this.#goOn();
  }

  /** Ends when no `up` of it runs. None begins before its indexes are expected again. */
  idle(): Promise<void> {
    return this.#attempt;
  }

  /** A last attempt, and a destroy that has nothing to destroy. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#attempts;
    await this.#try();
    const { code, text } = await this.#run("destroy", "--yes", "--skip-preview");
    if (code !== 0)
      this.#watched.record.broken.push(`the rival's destroy failed:\n${errorsOf(text)}`);
  }

  end(): void {
    this.#cli.end();
  }

  async #goOn(): Promise<void> {
    const { sampler } = this.#watched;
    while (!this.#stopping) {
      if (sampler.expects(RIVAL_NAMES)) {
        this.#attempt = this.#try();
        await this.#attempt;
      }
      for (let waited = 0; waited < PAUSE_MS && !this.#stopping; waited += 200) await sleep(200);
    }
  }

  async #try(): Promise<void> {
    const { record, url } = this.#watched;
    const ended = await this.#run("up", "--yes", "--skip-preview", "--continue-on-error");
    for (const problem of this.#judge(ended)) record.broken.push(`the rival's up: ${problem}`);
    for (const mark of await patiently(url, marksOfRival))
      record.broken.push(`the rival has taken an index: ${mark}`);
  }

  #judge(ended: Ended): string[] {
    const { record } = this.#watched;
    if (ended.code === 0) return ["it succeeded"];
    const problems = unrefused(ended.text);
    if (problems.length > 0 && record.restarted(ended)) return [];
    if (problems.length === 0) record.rightlyDone("refused: another stack's index");
    return problems.map((problem) => `${problem}: ${errorsOf(ended.text)}`);
  }

  #run(command: string, ...args: readonly string[]): Promise<Ended> {
    const quiet = ["--suppress-outputs", "--suppress-progress"];
    return this.#cli.run([command, "--stack", NAME, ...args, ...quiet], this.#env);
  }
}

async function marksOfRival(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ mark: string }>(
    `SELECT format('%s: %s', objoid::regclass, description) AS mark FROM pg_description
      WHERE classoid = 'pg_class'::regclass AND description LIKE '%chaos/${NAME}, %'`,
  );
  return rows.map(({ mark }) => mark);
}
