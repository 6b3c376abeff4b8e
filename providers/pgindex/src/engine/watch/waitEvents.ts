/** What a session waits for: `wait_event_type` and `wait_event` of `pg_stat_activity`. */
export interface WaitEvent {
  readonly type: string;
  readonly event: string;
  /** `synchronous_standby_names`, where the session waits for one of them. */
  readonly standbys?: string;
}

/**
 * Where an event is no other session's lock, it comes and goes: a build reads and writes. These are
 * told at once, since they last until somebody does something.
 */
const LASTING = new Set(["SyncRep", "BufferPin", "BufferCleanup", "RecoveryPause"]);

/** What the events of a type wait for (https://www.postgresql.org/docs/current/monitoring-stats.html). */
const BY_TYPE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    BufferPin: "another session that has a page pinned, such as an open cursor",
    Buffer: "another session that has a page pinned or locked, such as an open cursor",
    IO: "reads or writes of files",
    LWLock: "shared memory that other sessions are using",
    Extension: "an extension",
    Timeout: "a pause that it was told to make",
    IPC: "another process of the server",
  }),
);

const BY_EVENT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ParallelCreateIndexScan: "its parallel workers",
    ParallelFinish: "its parallel workers",
    BufFileRead: "reads of temporary files",
    BufFileWrite: "writes of temporary files",
    DataFileRead: "reads of the table's or the index's files",
    DataFileExtend: "room for the index's file",
    DataFileWrite: "writes of the index's file",
    DataFileImmediateSync: "the index's file to be on the disk",
    WALWrite: "writes of WAL",
    WALSync: "WAL to be on the disk",
    WALInsert: "room in WAL",
    CheckpointDone: "a checkpoint",
    CheckpointStart: "a checkpoint",
    VacuumDelay: "vacuum_cost_delay",
  }),
);

/**
 * Names what a session waits for; undefined where that is another session's lock, which the sessions
 * in the way say better, or nothing.
 *
 * @example describeWait({ type: "IO", event: "DataFileRead" })
 * // "reads of the table's or the index's files (IO: DataFileRead)"
 */
export function describeWait({ type, event, standbys = "" }: WaitEvent): string | undefined {
  if (event === "SyncRep")
    return (
      `a synchronous standby to confirm (IPC: SyncRep; synchronous_standby_names is ${standbys}; ` +
      "is it connected? SELECT application_name, sync_state FROM pg_stat_replication;)"
    );
  const what = BY_EVENT.get(event) ?? BY_TYPE.get(type);
  return what && `${what} (${type}: ${event})`;
}

/** A wait that goes on until somebody does something, in words; undefined for any other. */
export function lastingWait(wait: WaitEvent | undefined): string | undefined {
  return wait && LASTING.has(wait.event) ? describeWait(wait) : undefined;
}

/** Tells a wait that lasts from one that was there by chance at one look. */
export class WaitWatch {
  private last: string | undefined;

  /** The wait to show, in words. */
  look(wait: WaitEvent | undefined): string | undefined {
    const event = wait && `${wait.type}:${wait.event}`;
    const isSame = event !== undefined && event === this.last;
    this.last = event;
    return isSame && wait ? describeWait(wait) : lastingWait(wait);
  }
}
