import { dropPolicies } from "../../engine/drop/dropHazards";
import { PgIndexError } from "../../engine/errors/advice";
import { foreseePermitted } from "../../engine/foresight/server/permitted";
import { judge } from "../../engine/hazards/policy";
import type { IndexOutputs } from "../../engine/record/outputs";
import type { Database } from "../../engine/session/database";
import { readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import type { Session } from "../../engine/session/session";
import { withObserver } from "../../engine/session/workspace";
import { displayName } from "../../engine/text/render";
import { forecastDestroy } from "../../status/destroyForecast";
import type { LookRecord } from "../lookRecord";
import type { PlannedIndex } from "../plan";
import type { Connections } from "./connections";

/** An index that Pulumi will delete: what the state has of it, and its Connection. */
export interface Doomed {
  readonly urn: string;
  readonly provider: string;
  readonly outputs: IndexOutputs;
}

/** What a delete will do, or why nobody could look. */
export type DropLook = Pick<PlannedIndex, "outcome" | "reason" | "drop" | "database" | "hazards">;

/** Looks at every index that goes, read-only: Pulumi asks no provider before it deletes. */
export async function lookAtDrops(
  doomed: readonly Doomed[],
  connections: Connections,
): Promise<ReadonlyMap<string, DropLook>> {
  const looks = new Map<string, DropLook>();
  for (const provider of new Set(doomed.map((each) => each.provider))) {
    const theirs = doomed.filter((each) => each.provider === provider);
    const found = await lookThrough(provider, theirs, connections).catch((error) => {
      if (!(error instanceof PgIndexError)) throw error;
      const reason = error.message;
      const look: DropLook = { outcome: "couldNotLook", reason, hazards: [] };
      return theirs.map(({ urn }) => [urn, look] as const);
    });
    for (const [urn, look] of found) looks.set(urn, look);
  }
  return looks;
}

async function lookThrough(
  provider: string,
  doomed: readonly Doomed[],
  connections: Connections,
): Promise<(readonly [string, DropLook])[]> {
  const options = { purpose: "plan", writable: false };
  const target = connections(provider);
  return withObserver(target, options, async (observer) => {
    const identity = await readDatabaseIdentity(observer);
    const database: LookRecord["database"] = { ...identity, serverVersion: observer.serverVersion };
    const looks: (readonly [string, DropLook])[] = [];
    for (const { urn, outputs } of doomed)
      looks.push([urn, { ...(await lookAtDrop(observer, outputs, target)), database }]);
    return looks;
  });
}

/** What a delete of the index would do now, by the policy of the state and of the Connection. */
export async function lookAtDrop(
  observer: Session,
  outputs: IndexOutputs,
  database: Database,
): Promise<Omit<DropLook, "database">> {
  const { acceptDatabase } = database.session;
  const { hazards = [], ...drop } = await forecastDestroy(observer, outputs, acceptDatabase);
  const policies = dropPolicies(database, outputs);
  const all = [...foreseePermitted(observer, displayName(outputs), []), ...hazards];
  return { outcome: "looked", drop, hazards: all.map((each) => judge(each, policies)) };
}
