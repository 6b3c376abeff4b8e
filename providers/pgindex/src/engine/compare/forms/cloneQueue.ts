import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import type { SharedReads } from "../../session/sharedReads";
import { Batches } from "../../slots/batches";
import { type Canonicalized, canonicalizeOnClone } from "../clone";
import { canonicalizeTogether } from "./cloneTogether";

/** A declaration whose form somebody waits for. */
interface Job {
  readonly session: Session;
  readonly desired: IndexDefinition;
}

type CloneQueue = Batches<Job, Canonicalized>;

const queues = new WeakMap<SharedReads, CloneQueue>();

/**
 * The clones of all who share a session: those that are asked for while one is made. In a preview
 * Pulumi asks for one index after the other has its answer, so the first waits for nobody.
 */
export function cloneQueueOf(shared: SharedReads): CloneQueue {
  const queue = queues.get(shared) ?? new Batches<Job, Canonicalized>({ together, alone });
  queues.set(shared, queue);
  return queue;
}

function alone({ session, desired }: Job): Promise<Canonicalized> {
  return canonicalizeOnClone(session, desired);
}

async function together(jobs: readonly Job[]): Promise<readonly (Canonicalized | undefined)[]> {
  const [first] = jobs;
  const declared = jobs.map(({ desired }) => desired);
  return first ? canonicalizeTogether(first.session, declared) : [];
}
