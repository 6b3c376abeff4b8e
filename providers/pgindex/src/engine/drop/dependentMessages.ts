import type { LiveIndex } from "../catalog/liveIndex";
import type { Advice } from "../errors/advice";
import type { HazardCode } from "../hazards/hazardKinds";
import { displayName } from "../text/render";
import { qualified } from "../text/sql";
import { FORGET } from "./dropMessages";

/** All messages about what depends on an index to be dropped. */

export function constraintAdvice(live: LiveIndex): Advice {
  return {
    what: `refused to drop index ${displayName(live)}`,
    why: `it backs the constraint ${live.constraint} of ${live.schema}.${live.table}`,
    fix:
      "if nobody needs the constraint: " +
      `ALTER TABLE ${qualified(live.schema, live.table)} DROP CONSTRAINT "${live.constraint}";`,
    otherwise: FORGET,
    code: "backs-constraint" satisfies HazardCode,
  };
}

/** The index of a partition backs a constraint of that partition alone (2BP01). */
export function partConstraintAdvice(live: LiveIndex, part: LocalConstraint): Advice {
  const { constraint, schema, table } = part;
  const parent = qualified(part.parentSchema, part.parentTable);
  return {
    what: `refused to drop index ${displayName(live)}`,
    why: `its part on ${schema}.${table} backs the constraint ${constraint}, and PostgreSQL drops both or none`,
    fix:
      `to keep the constraint: ALTER TABLE ${parent} DETACH PARTITION ${qualified(schema, table)}; ` +
      "then run it again, and attach the partition again",
    otherwise: `to drop both: DROP INDEX ${qualified(live.schema, live.name)} CASCADE;`,
    code: "backs-constraint" satisfies HazardCode,
  };
}

export interface LocalConstraint {
  readonly constraint: string;
  readonly schema: string;
  readonly table: string;
  readonly parentSchema: string;
  readonly parentTable: string;
}

export function replicaIdentityAdvice(live: LiveIndex): Advice {
  return {
    what: `refused to drop index ${displayName(live)}`,
    why:
      `it is the replica identity of ${live.schema}.${live.table}: PostgreSQL would drop it ` +
      "without complaint and break logical replication of UPDATE and DELETE",
    fix:
      "choose another one first: " +
      `ALTER TABLE ${qualified(live.schema, live.table)} REPLICA IDENTITY DEFAULT;`,
    otherwise: FORGET,
    code: "is-replica-identity" satisfies HazardCode,
  };
}

export function referencedAdvice(live: LiveIndex): Advice {
  return {
    what: `refused to drop index ${displayName(live)}`,
    why: "a foreign key references it, and PostgreSQL would refuse the drop",
    fix: "drop the foreign key first, or make it reference another unique key",
    otherwise: FORGET,
    code: "is-referenced" satisfies HazardCode,
  };
}
