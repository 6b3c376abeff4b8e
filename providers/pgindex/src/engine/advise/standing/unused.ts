import { PgIndexError } from "../../errors/advice";
import type { SessionTarget } from "../../session/database";
import { isSameDatabase } from "../../session/databaseIdentity";
import type { Session } from "../../session/session";
import { withObserver } from "../../session/workspace";
import { CannotLookError } from "../../twin/twinMessages";
import { keptForForeignKeys } from "./foreignKeys";
import { type IndexUse, readUse, type ServerUse } from "./indexUse";
import * as say from "./standingMessages";

/** A server whose counters are read. */
export interface NamedServer {
  /** For people. */
  readonly name: string;
  readonly database: SessionTarget;
}

export interface UnusedRequest {
  readonly primary: SessionTarget;
  /** Standbys, which count for themselves. */
  readonly replicas: readonly NamedServer[];
  /** An index is unused if nobody scanned it for that long, in milliseconds. */
  readonly windowMs: number;
  readonly schemas?: readonly string[];
  readonly onObserver?: (session: Session) => Promise<void>;
}

/** An index that nobody has scanned. */
export type UnusedIndex = Omit<IndexUse, "lastScan" | "oid"> & {
  /** ISO 8601; null if it never was, or nobody knows. */
  readonly lastScan: string | null;
};

export interface Unused {
  /** Nobody has scanned them, and nothing else needs them. */
  readonly unused: readonly UnusedIndex[];
  /** Their scans may all have been measurements of pgindex, or of another index of their table. */
  readonly unclear: readonly UnusedIndex[];
  /** Nobody has scanned them, and something needs them all the same. */
  readonly needed: readonly UnusedIndex[];
  readonly servers: readonly { readonly name: string; readonly countersSince: string }[];
  readonly doubts: readonly string[];
}

/**
 * Finds the indexes that nobody scanned within the window, on any server. Throws
 * {@link CannotLookError}: what one server does not tell, nobody can conclude.
 */
export async function findUnused(request: UnusedRequest): Promise<Unused> {
  const { windowMs } = request;
  const primary = await lookAt({ name: "the server", database: request.primary }, request);
  const replicas: { readonly name: string; readonly use: ServerUse }[] = [];
  for (const replica of request.replicas)
    replicas.push({ name: replica.name, use: await lookAt(replica, request, primary) });
  const servers = [{ name: "the server", use: primary }, ...replicas];
  for (const { name, use } of servers) requireWindow(name, use, windowMs);
  const uses = servers.map(({ use }) => use);
  const idleness = idlenessOf(uses, windowMs);
  const told = (wanted: Idleness) =>
    primary.indexes
      .filter(({ oid }) => idleness(oid) === wanted)
      .map(({ oid: _, lastScan, ...index }) => ({
        ...index,
        lastScan: lastScan?.toISOString() ?? null,
      }));
  const unclear = told("unclear");
  const idle = keptForForeignKeys(told("idle"), primary.indexes);
  const unseen = primary.standbys - replicas.length;
  return {
    unused: idle.filter(({ neededFor }) => neededFor === null),
    unclear: unclear.filter(({ neededFor }) => neededFor === null),
    needed: idle.filter(({ neededFor }) => neededFor !== null),
    servers: servers.map(({ name, use }) => ({
      name,
      countersSince: use.since?.toISOString() ?? "",
    })),
    doubts: [
      ...(unseen > 0 ? [say.unseenStandbys(unseen)] : []),
      ...(primary.isStandby ? [say.onlyStandby()] : []),
    ],
  };
}

async function lookAt(
  { name, database }: NamedServer,
  { schemas, onObserver }: UnusedRequest,
  primary?: ServerUse,
): Promise<ServerUse> {
  const options = { purpose: "find unused indexes", writable: false };
  try {
    return await withObserver(database, options, async (observer) => {
      if (!primary) await onObserver?.(observer);
      const use = await readUse(observer, schemas);
      if (primary) requireStandbyOf(primary, name, use);
      return use;
    });
  } catch (error) {
    if (!primary || !(error instanceof PgIndexError)) throw error;
    throw new CannotLookError(say.unreachable(name, error.advice.what), { cause: error });
  }
}

function requireStandbyOf({ identity }: ServerUse, name: string, use: ServerUse): void {
  if (!use.isStandby) throw new CannotLookError(say.noStandby(name));
  if (isSameDatabase(identity, use.identity)) return;
  const isOtherServer = identity.systemIdentifier !== use.identity.systemIdentifier;
  throw new CannotLookError(
    isOtherServer ? say.otherServer(name) : say.otherDatabase(name, use.identity.name),
  );
}

function requireWindow(name: string, { now, since }: ServerUse, windowMs: number): void {
  const ms = since === null ? 0 : now.getTime() - since.getTime();
  if (ms < windowMs) throw new CannotLookError(say.tooYoung(name, ms, windowMs));
}

type Idleness = "idle" | "unclear" | "used";

/** On all servers together. */
function idlenessOf(servers: readonly ServerUse[], windowMs: number): (oid: number) => Idleness {
  const known = servers.map(
    ({ now, indexes }) =>
      new Map(indexes.map((index) => [index.oid, idlenessOn(now, index, windowMs)])),
  );
  return (oid) => {
    // A standby that does not have the index yet has not scanned it.
    const found = known.map((each) => each.get(oid) ?? "idle");
    if (found.includes("used")) return "used";
    return found.includes("unclear") ? "unclear" : "idle";
  };
}

function idlenessOn(now: Date, index: IndexUse, windowMs: number): Idleness {
  const { lastScan, scans, measuredScans } = index;
  if (scans === 0) return "idle";
  if (lastScan !== null && now.getTime() - lastScan.getTime() > windowMs) return "idle";
  return scans <= (measuredScans ?? 0) ? "unclear" : "used";
}
