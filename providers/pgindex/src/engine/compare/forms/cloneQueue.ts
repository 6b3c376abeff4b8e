import { setTimeout as delay } from "node:timers/promises";
import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import type { SharedReads } from "../../session/sharedReads";
import { type Canonicalized, canonicalizeOnClone } from "../clone";
import { canonicalizeTogether } from "./cloneTogether";

/** A declaration whose form somebody waits for. */
interface Job {
  readonly session: Session;
  readonly desired: IndexDefinition;
  readonly resolve: (form: Canonicalized) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction holds a lock on each table, of which a server has some thousands. */
const MOST = 50;

/** Less than a clone takes: Pulumi asks for several indexes at a time, one a few ms after the other. */
const GATHERING_MS = 5;

/** The clones of one session: those that are asked for while one is made are made together. */
class CloneQueue {
  private readonly waiting: Job[] = [];
  private isBusy = false;

  ask(session: Session, desired: IndexDefinition): Promise<Canonicalized> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ session, desired, resolve, reject });
      if (!this.isBusy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.isBusy = true;
    while (this.waiting.length > 0) {
      await delay(GATHERING_MS);
      await serve(this.waiting.splice(0, MOST));
    }
    this.isBusy = false;
  }
}

async function serve(jobs: readonly Job[]): Promise<void> {
  const [first] = jobs;
  const declared = jobs.map(({ desired }) => desired);
  const forms =
    first && jobs.length > 1
      ? await canonicalizeTogether(first.session, declared).catch(() => undefined)
      : undefined;
  for (const [i, { session, desired, resolve, reject }] of jobs.entries()) {
    const form = forms?.[i];
    if (form) resolve(form);
    // Only alone it is clear whose the fault is.
    else await canonicalizeOnClone(session, desired).then(resolve, reject);
  }
}

const queues = new WeakMap<SharedReads, CloneQueue>();

/** The queue of all who share a session. */
export function cloneQueueOf(shared: SharedReads): CloneQueue {
  const queue = queues.get(shared) ?? new CloneQueue();
  queues.set(shared, queue);
  return queue;
}
