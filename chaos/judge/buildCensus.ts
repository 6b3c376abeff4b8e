import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { withClient } from "../chaosServer.ts";

const EVERY_MS = 200;

/** Counts the indexes that become valid, by their OIDs in the catalog. */
export class Census {
  readonly #url: string;
  readonly #seen = new Set<number>();
  #stopping = false;
  #counting: Promise<void> = Promise.resolve();

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#counting = this.#count();
  }

  /** Returns how many builds have succeeded. */
  async stop(): Promise<number> {
    this.#stopping = true;
    await this.#counting;
    return this.#seen.size;
  }

  async #count(): Promise<void> {
    while (!this.#stopping) {
      // The server may be restarting.
      await withClient(this.#url, (client) => this.#countWith(client)).catch(() => sleep(EVERY_MS));
    }
  }

  async #countWith(client: pg.Client): Promise<void> {
    while (!this.#stopping) {
      const { rows } = await client.query<{ oid: number }>(
        `SELECT x.indexrelid::int8::int AS oid
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
          WHERE i.relnamespace = 'app'::regnamespace AND i.relkind = 'i'
            AND x.indisvalid AND NOT x.indisprimary AND i.relname !~ '^other_tool'`,
      );
      for (const { oid } of rows) this.#seen.add(oid);
      await sleep(EVERY_MS);
    }
  }
}
