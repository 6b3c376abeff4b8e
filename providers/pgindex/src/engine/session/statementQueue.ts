import type { Client, QueryConfig } from "pg";
import { withAnswerTimeout } from "../connection/closeClient";

/** Runs the statements of a session one at a time, in order: pg 9 will no longer queue them itself. */
export class StatementQueue {
  private readonly client: Client;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(client: Client) {
    this.client = client;
  }

  /** Whether every statement has had its answer. */
  get isEmpty(): boolean {
    return this.waiting === 0;
  }

  /** The connection counts as lost after `withinMs` milliseconds without an answer. */
  query<Row>(text: string, values: readonly unknown[] = [], withinMs?: number): Promise<Row[]> {
    // Only the extended protocol refuses a second statement in a text.
    const config: QueryConfig & { queryMode: "extended" } = {
      text,
      values: [...values],
      queryMode: "extended",
    };
    return this.add(async () => {
      const answer = this.client.query(config);
      return (await withAnswerTimeout(answer, this.client, withinMs)).rows as Row[];
    });
  }

  private add<T>(work: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    const result = this.last.then(work).finally(() => {
      this.waiting -= 1;
    });
    this.last = result.catch(() => undefined);
    return result;
  }
}
