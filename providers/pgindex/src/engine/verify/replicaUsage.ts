import type { Target } from "../connection/target";
import { firstLine, PgIndexError } from "../errors/advice";
import type { Context } from "../operation/context";
import type { Database, SessionTarget } from "../session/database";
import { onlyRow } from "../session/query";
import { openSession } from "../session/session";
import { type ReplicaUsage, readUsage } from "./usage";

/**
 * Reads the index's usage on each replica. An unreachable replica causes a warning, not an error: a
 * verification must not wait for it.
 */
export async function readReplicaUsages(
  { replicas, session }: Database,
  index: { readonly schema: string; readonly name: string },
  ctx: Context,
  before: readonly ReplicaUsage[],
): Promise<ReplicaUsage[]> {
  const read = async ([name, target]: [string, Target]): Promise<ReplicaUsage> => {
    try {
      return { name, ...(await readReplica({ target, session }, index)) };
    } catch (error) {
      ctx.log(
        "warning",
        `cannot read the scans of ${index.schema}.${index.name} on the replica ${name}: ` +
          reasonOf(error),
      );
      const countersSince = before.find((each) => each.name === name)?.countersSince ?? null;
      return { name, scans: null, countersSince };
    }
  };
  return Promise.all(Object.entries(replicas).map(read));
}

async function readReplica(
  server: SessionTarget,
  index: { readonly schema: string; readonly name: string },
): Promise<Omit<ReplicaUsage, "name">> {
  const options = { purpose: `count ${index.name}`, searchPath: [], writable: false };
  const session = await openSession(server, options);
  try {
    const { isStandby } = onlyRow(
      await session.query<{ isStandby: boolean }>('SELECT pg_is_in_recovery() AS "isStandby"'),
    );
    // The primary's own scans would count twice.
    if (!isStandby) throw new Error("it accepts writes, so it is not a standby");
    const usage = await readUsage(session, index);
    if (!usage) throw new Error("it does not have the index yet");
    const scans = Math.max(0, usage.scans - (usage.measuredScans ?? 0));
    return { scans, countersSince: usage.countersSince };
  } finally {
    await session.close();
  }
}

/** The reason in one line. An error's own text contains no password. */
function reasonOf(error: unknown): string {
  if (error instanceof PgIndexError) return `${error.advice.what} (${error.advice.why})`;
  return firstLine(error);
}
