import pLimit from "p-limit";
import { lookAhead } from "../../engine/build/preview";
import { connectionParameters } from "../../engine/connection/parameters";
import { addressesOf, describeAddress } from "../../engine/connection/target";
import { PgIndexError } from "../../engine/errors/advice";
import { type Database, databaseOf } from "../../engine/session/database";
import { type DatabaseIdentity, readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import { withObserver } from "../../engine/session/workspace";
import { serverState } from "../../engine/slots/slotReservation";
import { adviceLine } from "../adviceLine";
import { parseIndexes } from "../declare/fleetFile";
import type { Fleet } from "../declare/fleetSchema";
import type { Target } from "../declare/targetSchema";
import { urlOfTarget } from "../declare/targets";
import type { Records } from "../rollout/records";
import { claimOfTarget } from "../work/claim";

/** What a look at a target has shown. */
export interface SeenTarget {
  readonly target: Target;
  /** Undefined if it is away. */
  readonly identity?: DatabaseIdentity;
  /** As people name it. */
  readonly server: string;
  /** What builds are bounded by: targets with the same key are on one server. */
  readonly serverKey: string;
  /** How many of the indexes would be built. */
  readonly builds: number;
  /** Why it cannot begin: away, or what a build there would be refused for. */
  readonly problem?: string;
  /** It did not answer, which may be over by its turn. */
  readonly isAway: boolean;
}

interface Looking {
  readonly fleet: Fleet;
  /** As written. Empty for stacks, whose program says what is declared. */
  readonly indexes: readonly unknown[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly records: Records;
}

/** So many databases are looked at side by side. */
const SIDE_BY_SIDE = 16;

/** Looks at every target; nothing is changed. The order is that of `targets`. */
export function lookAtTargets(targets: readonly Target[], looking: Looking): Promise<SeenTarget[]> {
  const turn = pLimit(SIDE_BY_SIDE);
  return Promise.all(targets.map((target) => turn(() => lookAtTarget(target, looking))));
}

/** The database of a target, as the fleet reaches it. */
export function databaseOfTarget(
  target: Target,
  { role, allowPooler }: Pick<Fleet, "role" | "allowPooler">,
  env: Readonly<Record<string, string | undefined>>,
): Database {
  return databaseOf({ url: urlOfTarget(target, env), role, allowPooler, predictPlans: false });
}

async function lookAtTarget(target: Target, looking: Looking): Promise<SeenTarget> {
  const away = {
    target,
    server: target.server ?? "",
    serverKey: target.server ?? target.name,
    builds: 0,
  };
  let database: Database;
  let server: string;
  try {
    database = databaseOfTarget(target, looking.fleet, looking.env);
    server = target.server ?? serverOf(database.target.url);
  } catch (error) {
    return { ...away, problem: adviceLine(error), isAway: false };
  }
  const options = { purpose: "fleet plan", writable: false };
  try {
    const identity = await withObserver(database, options, readDatabaseIdentity);
    const serverKey = target.server ?? identity.systemIdentifier ?? server;
    const seen = { target, server, identity, serverKey, isAway: false };
    return { ...seen, ...(await foresee(database, target, looking)) };
  } catch (error) {
    const isAway = error instanceof PgIndexError;
    return { ...away, server, problem: adviceLine(error), isAway };
  } finally {
    await leaveTarget(database);
  }
}

/** Sessions are kept for the next work on a database, and a fleet goes on to another one. */
export async function leaveTarget(database: Database): Promise<void> {
  await serverState(database).idle.closeDownTo(0);
}

/** `127.0.0.1:5432`; all of them where the URL names several. */
function serverOf(url: string | undefined): string {
  return addressesOf(connectionParameters(url)).map(describeAddress).join(", ");
}

async function foresee(
  database: Database,
  target: Target,
  { fleet, indexes, records }: Looking,
): Promise<Pick<SeenTarget, "builds" | "problem">> {
  let builds = 0;
  for (const { desired } of await parseIndexes(indexes, "indexes", target)) {
    const previous = records.of(target.name, desired)?.outputs;
    const of = { fleet: fleet.name, target: target.name };
    const claim = claimOfTarget(of, desired, previous?.ownerId ?? undefined);
    try {
      const look = await lookAhead(database, desired, { claim, previous, isShown: false });
      if (look.builds) builds += 1;
    } catch (error) {
      return { builds, problem: adviceLine(error) };
    }
  }
  return { builds };
}
