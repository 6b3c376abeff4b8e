/** The run was asked to stop. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** Steps to undo at the end, however it ends, last first. */
export class CleanUp {
  readonly #steps: (() => Promise<unknown>)[] = [];

  defer(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** Keeps everything that was set up. */
  forget(): void {
    this.#steps.length = 0;
  }

  /** Runs every step, even if others fail. */
  async run(report: (problem: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop())
      await step().catch((error: Error) => report(error.message));
  }
}

/**
 * Ends `work` with {@link Interrupted} on the first SIGINT, SIGTERM or SIGHUP; further ones change
 * nothing.
 */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(name, () => {
        const reason = new Interrupted(name);
        stop.abort(reason);
        reject(reason);
      });
  });
  return Promise.race([work(stop.signal), interrupted]);
}
