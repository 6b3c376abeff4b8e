import { createRequire } from "node:module";
import type { ConnectionOptions, JobInsert, PgBoss } from "pg-boss";
import { PgIndexError } from "../../engine/errors/advice";
import type { Query } from "../../engine/session/query";
import { PACKAGE_VERSION } from "../../packageManifest";
import { missingQueueAdvice, newerQueueAdvice, otherQueueVersionAdvice } from "./queueMessages";

/** What a job says: which target, or which wave is to be judged. Its URL is the worker's to know. */
export type Job =
  | { readonly kind: "target"; readonly rollout: string; readonly target: string }
  | { readonly kind: "gate"; readonly rollout: string; readonly wave: number };

/** The jobs of all fleets of one control database: pg-boss. */
export interface Queue {
  readonly boss: PgBoss;
  /** Adds jobs in the caller's transaction, so that no record is without its job. */
  add(query: Query, queue: string, jobs: readonly NewJob[]): Promise<void>;
  /** Ends jobs of which nobody is to hear any more, in the caller's transaction. */
  cancel(query: Query, queue: string, ids: readonly string[]): Promise<void>;
  /** Whether the job waits for a worker: for its first, or since one was not heard of. */
  isUntaken(queue: string, id: string): Promise<boolean>;
  stop(): Promise<void>;
}

export interface NewJob {
  readonly id: string;
  readonly data: Job;
  /** What is bounded together. */
  readonly group?: string;
  readonly startAfter?: Date;
  /** Comes before those that have waited for longer. */
  readonly isUrgent?: boolean;
}

const SCHEMA = "pgindex_fleet_queue";

/** A worker that is heard of for longer than this is dead, and another one takes its jobs. */
const HEARTBEAT_SECONDS = 10;

const DAY_SECONDS = 24 * 3600;

/** A job that lives for longer has two workers, of which the second one waits for the first. */
const EXPIRES_SECONDS = DAY_SECONDS;

/** A rollout can be paused for long. */
const KEPT_SECONDS = 365 * DAY_SECONDS;

/** Each death of a worker costs one. */
const RETRIES = 1_000;

/** Jobs of another release stay in queues of their own: it may decide otherwise. */
export function queueName(fleet: string, of: Job["kind"], release = PACKAGE_VERSION): string {
  return `${fleet}/${of}/${release}`.replaceAll(/[^\w./-]/g, "-");
}

/** Opens the queue; `works` also looks after jobs whose workers died. Throws {@link PgIndexError}. */
export async function openQueue(
  connectionString: string,
  fleet: string,
  { works, heard }: { readonly works: boolean; readonly heard?: (error: Error) => void },
): Promise<Queue> {
  const { PgBoss } = await load();
  const boss = new PgBoss({
    connectionString,
    application_name: "pgindex fleet queue",
    schema: SCHEMA,
    max: 4,
    supervise: works,
    schedule: false,
    superviseIntervalSeconds: 2,
    monitorIntervalSeconds: 2,
    monitorVacuum: false,
    reindex: false,
  });
  boss.on("error", (error) => heard?.(error));
  try {
    await boss.start({ attempts: works ? 10 : 1 });
    await refuseNewerLayout(boss);
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    if (error instanceof PgIndexError) throw error;
    throw new PgIndexError(otherQueueVersionAdvice(error), { cause: error });
  }
  for (const kind of ["target", "gate"] as const)
    await boss.createQueue(queueName(fleet, kind), {
      retryLimit: RETRIES,
      retryDelay: 1,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: EXPIRES_SECONDS,
      retentionSeconds: KEPT_SECONDS,
    });
  return {
    boss,
    add: (query, queue, jobs) => add(boss, query, queue, jobs),
    cancel: async (query, queue, ids) => {
      if (ids.length > 0) await boss.cancel(queue, [...ids], { db: inTransaction(query) });
    },
    isUntaken: async (queue, id) => {
      const [job] = await boss.findJobs(queue, { id });
      return job?.state === "created" || job?.state === "retry";
    },
    stop: () => boss.stop(),
  };
}

/** pg-boss brings older tables up to its own layout, and works on newer ones without a word. */
async function refuseNewerLayout(boss: PgBoss): Promise<void> {
  const { pgboss } = createRequire(__filename)("pg-boss/package.json");
  const layout = await boss.schemaVersion();
  if (layout !== null && layout > pgboss.schema)
    throw new PgIndexError(newerQueueAdvice(layout, pgboss.schema));
}

async function add(
  boss: PgBoss,
  query: Query,
  queue: string,
  jobs: readonly NewJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  const rows = jobs.map(
    ({ id, data, group, startAfter, isUrgent }): JobInsert => ({
      id,
      data,
      priority: isUrgent ? 1 : 0,
      ...(group !== undefined && { group: { id: group } }),
      ...(startAfter && { startAfter: startAfter.toISOString() }),
    }),
  );
  await boss.insert(queue, rows, { db: inTransaction(query) });
}

function inTransaction(query: Query): NonNullable<ConnectionOptions["db"]> {
  return { executeSql: async (text, values) => ({ rows: await query(text, values) }) };
}

async function load(): Promise<typeof import("pg-boss")> {
  try {
    return await import("pg-boss");
  } catch (error) {
    throw new PgIndexError(missingQueueAdvice(), { cause: error });
  }
}
