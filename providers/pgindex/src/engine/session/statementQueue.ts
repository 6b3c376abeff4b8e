import type { Client, QueryConfig } from "pg";
import { withAnswerTimeout } from "../connection/closeClient";
import { isConnectionLoss, routineOf, sqlState } from "../errors/sqlstate";

/**
 * The server itself has ended the session: a function can raise any SQLSTATE, and write into the
 * message what it likes (https://www.postgresql.org/docs/current/errcodes-appendix.html).
 */
const isTermination = (error: unknown) =>
  /^57P0[1-5]$/.test(sqlState(error) ?? "") &&
  ["ProcessInterrupts", "quickdie"].includes(routineOf(error));

/** Runs the statements of a session one at a time, in order: pg 9 will no longer queue them itself. */
export class StatementQueue {
  private readonly client: Client;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  /** How the connection was lost: of a later statement, pg says only that it cannot be sent. */
  private loss: unknown;

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
      try {
        const answer = this.client.query(config);
        const { rows } = await withAnswerTimeout(answer, this.client, withinMs);
        this.loss = undefined;
        return rows as Row[];
      } catch (error) {
        throw this.reasonOf(error);
      }
    });
  }

  private reasonOf(error: unknown): unknown {
    if (!isConnectionLoss(error)) {
      // Of a later statement that is no error of its own, so it has no SQLSTATE.
      const { message } = error as Error;
      this.loss = isTermination(error)
        ? new Error(`connection ended: ${message}`, { cause: error })
        : undefined;
      return error;
    }
    this.loss ??= error;
    return this.loss;
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
