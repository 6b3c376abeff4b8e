import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { patiently } from "../chaosServer.ts";
import { errorsOf } from "../judge/explainedFailure.ts";
import type { NameSampler } from "../judge/nameSampler.ts";
import type { RunRecord } from "../judge/runRecord.ts";
import type { Declaration } from "./declarations.ts";
import { Cli, type Ended, type Environment } from "./pulumiCli.ts";
import { isRefused, RIVAL_NAMES, WANTED, type Wanted } from "./rivalNames.ts";
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
  readonly #program: string;
  readonly #watched: Watched;
  #stopping = false;
  #tries = 0;
  readonly #refused = new Set<Wanted>();
  #attempt: Promise<void> = Promise.resolve();
  #attempts: Promise<void> = Promise.resolve();

  constructor(folder: RunFolder, env: Environment, watched: Watched) {
    this.#cli = new Cli(NAME, folder, env);
    this.#program = folder.program;
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

  /** Ends, at the earliest when each index has been refused once. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#attempts;
    for (const _ of WANTED) if (this.#refused.size < WANTED.length) await this.#try();
  }

  /** Declares nothing but this index. */
  up(args: Declaration["args"]): Promise<Ended> {
    const declarations = join(this.#program, `declarations-${NAME}.json`);
    writeFileSync(declarations, JSON.stringify({ suffix: "", component: "", indexes: [args] }));
    const env = { CHAOS_DECLARATIONS: declarations };
    return this.#run("up", env, "--yes", "--skip-preview");
  }

  /** Has nothing to destroy but what it has taken over. */
  async destroy(): Promise<Ended> {
    const ended = await this.#run("destroy", {}, "--yes", "--skip-preview");
    if (ended.code !== 0)
      this.#watched.record.broken.push(`the rival's destroy failed:\n${errorsOf(ended.text)}`);
    return ended;
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

  /** One index at a time: the first refusal ends a program. */
  async #try(): Promise<void> {
    const { record, url } = this.#watched;
    const wanted = WANTED[this.#tries % WANTED.length] as Wanted;
    this.#tries += 1;
    this.#judge(wanted, await this.up(wanted.args));
    for (const mark of await patiently(url, marksOfRival))
      record.broken.push(`the rival has taken an index: ${mark}`);
  }

  #judge(wanted: Wanted, ended: Ended): void {
    const { record } = this.#watched;
    const isRight = ended.code !== 0 && isRefused(wanted, ended.text);
    if (isRight) this.#refused.add(wanted);
    if (isRight) record.rightlyDone("refused, another stack's index");
    if (isRight || (ended.code !== 0 && record.restarted(ended))) return;
    const { args, owner } = wanted;
    record.broken.push(
      `the rival's up was not refused ${args.name} as ${owner}'s: ${errorsOf(ended.text)}`,
    );
  }

  #run(command: string, env: Environment, ...args: readonly string[]): Promise<Ended> {
    const quiet = ["--suppress-outputs", "--suppress-progress"];
    return this.#cli.run([command, "--stack", NAME, ...args, ...quiet], env);
  }
}

async function marksOfRival(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ mark: string }>(
    `SELECT format('%s: %s', objoid::regclass, description) AS mark FROM pg_description
      WHERE classoid = 'pg_class'::regclass AND description LIKE '%chaos/${NAME}, %'`,
  );
  return rows.map(({ mark }) => mark);
}
