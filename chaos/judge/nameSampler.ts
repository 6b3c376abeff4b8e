import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { withClient } from "../chaosServer.ts";

const EVERY_MS = 100;

/**
 * Looks all the time whether a valid index has each expected name: from the end of the first `up`
 * that built it to the beginning of a destroy, and whatever is done to it meanwhile.
 */
export class NameSampler {
  readonly #url: string;
  readonly #expected = new Set<string>();
  readonly #missed = new Map<string, number>();
  #samples = 0;
  #stopping = false;
  #sampling: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  expect(names: readonly string[]): void {
    for (const name of names) this.#expected.add(name);
  }

  forget(names: readonly string[]): void {
    for (const name of names) this.#expected.delete(name);
  }

  /** Whether a valid index has to have each of the names now. */
  expects(names: readonly string[]): boolean {
    return names.every((name) => this.#expected.has(name));
  }

  start(): void {
    this.#sampling = this.#sample();
  }

  /** Returns how often it looked, and what it missed. */
  async stop(): Promise<{ readonly samples: number; readonly missed: readonly string[] }> {
    this.#stopping = true;
    await this.#sampling;
    const missed = [...this.#missed].map(
      ([name, times]) => `no valid index was called ${name} in ${times} looks`,
    );
    return { samples: this.#samples, missed };
  }

  async #sample(): Promise<void> {
    while (!this.#stopping) {
      // The server may be restarting.
      await withClient(this.#url, (client) => this.#sampleWith(client)).catch(() =>
        sleep(EVERY_MS),
      );
    }
  }

  async #sampleWith(client: pg.Client): Promise<void> {
    while (!this.#stopping) {
      const asked = [...this.#expected];
      const { rows } = await client.query<{ name: string }>(
        `SELECT i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
          WHERE i.relnamespace = 'app'::regnamespace
            AND x.indisvalid AND x.indisready AND x.indislive`,
      );
      const valid = new Set(rows.map(({ name }) => name));
      // A destroy may have begun since.
      for (const name of asked)
        if (!valid.has(name) && this.#expected.has(name))
          this.#missed.set(name, (this.#missed.get(name) ?? 0) + 1);
      this.#samples += 1;
      await sleep(EVERY_MS);
    }
  }
}
