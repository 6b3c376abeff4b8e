/** The run was asked to stop. */
export class Interrupted extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }
}

/** What has to be undone at the end, whichever end that is: the last first. */
export class CleanUp {
  readonly #steps: (() => Promise<unknown>)[] = [];

  defer(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /** What was set up stays. */
  forget(): void {
    this.#steps.length = 0;
  }

  /** Every step runs, whatever became of the others. */
  async run(report: (problem: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop())
      await step().catch((error: Error) => report(error.message));
  }
}

/**
 * Ends `work` with {@link Interrupted} at the first SIGINT, SIGTERM or SIGHUP; a second one changes
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
