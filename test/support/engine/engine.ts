import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import type { DesiredIndex } from "../../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";
import type { Context } from "../../../providers/pgindex/src/engine/operation/context.ts";
import {
  type Database,
  type DatabaseSettings,
  databaseOf,
} from "../../../providers/pgindex/src/engine/session/database.ts";
import type { DatabaseIdentity } from "../../../providers/pgindex/src/engine/session/databaseIdentity.ts";

/** Arguments of an `Index`, as a program writes them. */
export type Args = Readonly<Record<string, unknown>>;

/** Parses arguments that are expected to be right. */
export async function declare(args: Args): Promise<DesiredIndex> {
  const parsed = await parseIndexArgs(args);
  if (parsed.kind === "ok") return parsed.value;
  throw new Error(`the arguments of a test are wrong: ${JSON.stringify(parsed)}`);
}

/** A context that remembers what the engine said. */
export interface Recorder {
  readonly ctx: Context;
  /** Lines that stay, as `severity: message`. */
  readonly lines: string[];
  /** Lines of progress. */
  readonly statuses: string[];
  /** As Ctrl-C does. */
  cancel(): void;
  /** As the loss of the Pulumi CLI does. */
  drain(): void;
}

export function record(): Recorder {
  const cancelled = new AbortController();
  const draining = new AbortController();
  const lines: string[] = [];
  const statuses: string[] = [];
  const ctx: Context = {
    signal: cancelled.signal,
    draining: draining.signal,
    log: (severity, message) => lines.push(`${severity}: ${message}`),
    status: (message) => statuses.push(message),
  };
  return {
    ctx,
    lines,
    statuses,
    cancel: () => cancelled.abort(),
    drain: () => draining.abort(),
  };
}

export function targetOf(url: string | undefined, settings: DatabaseSettings = {}): Database {
  return databaseOf({ url, maxConcurrentBuilds: 4, ...settings });
}

/** A database that no test talks to. */
export const SOMEWHERE: DatabaseIdentity = { systemIdentifier: "1", oid: 5, name: "somewhere" };

/** What a promise was rejected with; fails when it was not. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: Error) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`expected a failure, got ${JSON.stringify(outcome.value)}`);
}

/** An index as the catalog might show it, for stages that touch no server. */
export function liveIndex(overrides: Partial<LiveIndex> = {}): LiveIndex {
  return {
    oid: 16400,
    schema: "public",
    name: "m_state_idx",
    table: "m",
    tableOid: 16390,
    valid: true,
    ready: true,
    live: true,
    definition: "CREATE INDEX m_state_idx ON public.m USING btree (state)",
    sizeBytes: 8192,
    tableRows: -1,
    isReferenced: false,
    isReplicaIdentity: false,
    isClustered: false,
    isPartitioned: false,
    canonical: {
      accessMethod: "btree",
      columns: 'state COLLATE pg_catalog."default" pg_catalog.text_ops',
      tablespace: "pg_default",
    },
    ...overrides,
  };
}
