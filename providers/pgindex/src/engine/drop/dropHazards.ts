import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexIdentity } from "../compare/identity";
import { foreseeBareKeys } from "../foresight/served/foreignKeys";
import { type Hazard, hazard } from "../hazards/hazard";
import { judgeAll } from "../hazards/policy";
import { hazardLine } from "../hazards/policyMessages";
import type { Policies } from "../hazards/rules";
import type { Operation } from "../operation/operation";
import type { Database } from "../session/database";
import type { Session } from "../session/session";
import { displayName } from "../text/render";
import { readReplicaUsages } from "../verify/replicaUsage";
import { type IndexUsage, type ReplicaUsage, readUsage } from "../verify/usage";
import { trafficScans, usedText } from "./dropMessages";

/** What queries and foreign keys lose with an index. Read-only. */
export async function foreseeDrop(
  observer: Session,
  live: LiveIndex,
  usage: IndexUsage | undefined,
  replicas: readonly ReplicaUsage[] = [],
): Promise<Hazard[]> {
  const isUsed = trafficScans(usage) > 0 || replicas.some((each) => (each.scans ?? 0) > 0);
  const used = hazard("drops-used-index", {
    object: displayName(live),
    message: usedText(live, usage, replicas),
  });
  return [...(isUsed ? [used] : []), ...(await foreseeBareKeys(observer, [live]))];
}

/** What decides on a drop: the policy of the state and of the Connection. */
export function dropPolicies(
  { hazards: connection, stage, session: options }: Database,
  { hazards: resource }: Pick<IndexIdentity, "hazards">,
): Policies {
  return { resource: resource ?? {}, connection, isProduction: stage === "production", options };
}

/**
 * Says what is lost with the indexes, by the policy of the state and of the Connection. Throws
 * {@link DeniedError} for what they deny.
 */
export async function judgeDrop(
  { observer, ctx }: Pick<Operation, "observer" | "ctx">,
  database: Database,
  identity: IndexIdentity,
  {
    indexes,
    elsewhere,
  }: { readonly indexes: readonly LiveIndex[]; readonly elsewhere: readonly Hazard[] },
): Promise<void> {
  const found = [...elsewhere];
  for (const live of indexes.filter(({ valid }) => valid)) {
    const replicas = await readReplicaUsages(database, live, ctx, []);
    found.push(...(await foreseeDrop(observer, live, await readUsage(observer, live), replicas)));
  }
  for (const each of judgeAll(found, dropPolicies(database, identity)))
    ctx.log(each.action === "allow" ? "info" : "warning", hazardLine(each));
}
