import { setTimeout as delay } from "node:timers/promises";

interface Asked<Job, Answer> {
  readonly job: Job;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction holds a lock on each table, of which a server has some thousands. */
const MOST = 50;

/** How a batch is done. */
export interface BatchWork<Job, Answer> {
  /** An answer for each job, in their order; undefined where it has to be done alone. */
  together(jobs: readonly Job[]): Promise<readonly (Answer | undefined)[]>;
  /** Only alone it is clear whose the fault is. */
  alone(job: Job): Promise<Answer>;
  /** How long the first one waits for others; by default not at all. */
  readonly gatheringMs?: number;
}

/** Work on one session: what is asked for while other such work is done, is then done together. */
export class Batches<Job, Answer> {
  private readonly waiting: Asked<Job, Answer>[] = [];
  private readonly work: BatchWork<Job, Answer>;
  private isBusy = false;

  constructor(work: BatchWork<Job, Answer>) {
    this.work = work;
  }

  ask(job: Job): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ job, resolve, reject });
      if (!this.isBusy) void this.serveAll();
    });
  }

  private async serveAll(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) {
      await (this.work.gatheringMs && delay(this.work.gatheringMs));
      await this.serve(this.waiting.splice(0, MOST));
    }
    this.isBusy = false;
  }

  private async serve(batch: readonly Asked<Job, Answer>[]): Promise<void> {
    const jobs = batch.map(({ job }) => job);
    const answers = jobs.length > 1 ? await this.work.together(jobs).catch(() => []) : [];
    for (const [i, { job, resolve, reject }] of batch.entries()) {
      const answer = answers[i];
      if (answer !== undefined) resolve(answer);
      else await this.work.alone(job).then(resolve, reject);
    }
  }
}
