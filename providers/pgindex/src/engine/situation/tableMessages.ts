import type { LiveIndex } from "../catalog/liveIndex";
import { type DesiredIndex, type IndexDefinition, subject } from "../declare/desiredIndex";
import { type Advice, errorText, NOTHING_CHANGED } from "../errors/advice";
import type { HazardCode } from "../hazards/hazardKinds";
import { ident, qualified } from "../text/sql";
import type { Cause } from "./causes/cause";

/** All messages about an index's table. */

/** `meant`: the table that was probably meant. */
export function missingTableAdvice(desired: DesiredIndex, meant?: Cause): Advice {
  const because = meant?.because === undefined ? "" : `; ${meant.because}`;
  return {
    what: `cannot build ${subject(desired)}: there is no table ${desired.schema}.${desired.table}`,
    why:
      "the database has no relation with that name " +
      `in schema ${desired.schema}${because}; ${NOTHING_CHANGED}`,
    fix:
      meant?.fix ??
      "check the arguments table and schema, and that the connection is to the right database",
    otherwise:
      "if this program creates the table, make the index depend on it " +
      "and set validateInPreview: false",
  };
}

export function missingTablespaceAdvice(desired: DesiredIndex, { because, fix }: Cause): Advice {
  return {
    what:
      `cannot build ${subject(desired)}: ` +
      `tablespace ${JSON.stringify(desired.tablespace)} does not exist`,
    why: `${because}; ${NOTHING_CHANGED}`,
    fix,
    otherwise: "leave tablespace out: the index then stands in the database's own",
  };
}

export function unsupportedRelationAdvice(desired: DesiredIndex, kind: string): Advice {
  return {
    what: `cannot build ${subject(desired)}: ${desired.schema}.${desired.table} is a ${kind}`,
    why: `PostgreSQL cannot index a ${kind}`,
    fix: "name the table that holds the rows",
  };
}

/** `argument`: its path; `error`: the server's, which names the character and the encoding. */
export function encodingAdvice(desired: IndexDefinition, argument: string, error: Error): Advice {
  return {
    what: `cannot build ${subject(desired)}: ${argument} has a character that this database cannot hold`,
    why: `${error.message}; ${NOTHING_CHANGED}`,
    fix: "write it with characters of the database's encoding",
    otherwise: "use a database whose encoding is UTF8",
  };
}

/** What cannot be done beside a foreign partition; undefined where it can. */
export function foreignPartitionAdvice(
  desired: DesiredIndex,
  partition: string,
  entry: LiveIndex | undefined,
): Advice | undefined {
  const what = `cannot build ${subject(desired)}: its partition ${partition} is a foreign table`;
  if (desired.unique)
    return {
      what,
      why: "a foreign table has no index that could keep values unique, so PostgreSQL refuses it",
      fix: "declare it without unique",
      otherwise: "declare a unique index on each local partition",
    };
  if (!entry || entry.valid) return undefined;
  return {
    what,
    why:
      `${entry.schema}.${entry.name} was made without its partitions and can never become valid: ` +
      "attaching counts the foreign table too, which has no index",
    fix:
      "drop it, with what is attached to it, then run pulumi up: " +
      `DROP INDEX ${qualified(entry.schema, entry.name)};`,
  };
}

export function partitionKeyAdvice(
  desired: DesiredIndex,
  table: string,
  key: readonly (string | null)[],
): Advice {
  const columns = key.map((column) => column ?? "an expression").join(", ");
  const each = "declare a unique index on each partition: it is unique only within that partition";
  return {
    what:
      `cannot build the unique ${subject(desired)}: ` +
      `it lacks the partition key of ${table} (${columns})`,
    why:
      "PostgreSQL enforces uniqueness partition by partition, so a unique index must contain " +
      "every column of the partition key, and the key cannot contain an expression",
    ...(key.includes(null) ? { fix: each } : { fix: `add ${columns} to columns`, otherwise: each }),
  };
}

export function replicaIdentityLostAdvice(desired: DesiredIndex, error: Error): Advice {
  const table = qualified(desired.schema, desired.table);
  return {
    what:
      `refused: ${subject(desired)} is the replica identity of the table, ` +
      `and the declared one cannot be: ${errorText(error)}`,
    why:
      "without a replica identity, logical replication of UPDATE and DELETE fails; PostgreSQL " +
      "needs a unique index on NOT NULL columns, without predicate or expressions",
    fix: "declare such an index, or build the new one under another name and keep this one",
    otherwise:
      "give the table another replica identity first: " +
      `ALTER TABLE ${table} REPLICA IDENTITY FULL;`,
    code: "is-replica-identity" satisfies HazardCode,
  };
}

export function partitionedConstraintAdvice(desired: DesiredIndex, kind: string): Advice {
  return {
    what:
      `cannot make ${subject(desired)} a constraint: ` +
      `${desired.schema}.${desired.table} is a ${kind}`,
    why: `PostgreSQL has no ADD CONSTRAINT … USING INDEX on a ${kind}`,
    fix: "declare a unique index without constraint: it enforces the same rule",
  };
}

export function nullableKeyAdvice(desired: DesiredIndex, columns: readonly string[]): Advice {
  const table = qualified(desired.schema, desired.table);
  const [first = ""] = columns;
  return {
    what: `cannot make ${subject(desired)} a primary key: ${columns.join(", ")} can be null`,
    why:
      "PostgreSQL would scan the whole table under ACCESS EXCLUSIVE to make it NOT NULL, " +
      "and everything would wait",
    fix:
      "in a migration, for each column: " +
      `ALTER TABLE ${table} ADD CHECK (${ident(first)} IS NOT NULL) NOT VALID; ` +
      `ALTER TABLE ${table} VALIDATE CONSTRAINT …; ` +
      `ALTER TABLE ${table} ALTER COLUMN ${ident(first)} SET NOT NULL`,
  };
}

export function keptTableAdvice(
  desired: DesiredIndex,
  {
    kind,
    why,
    otherwise,
  }: { readonly kind: string; readonly why: string; readonly otherwise: string },
): Advice {
  return {
    what: `cannot build ${subject(desired)}: ${desired.schema}.${desired.table} is ${kind}`,
    why: `${why}; ${NOTHING_CHANGED}`,
    fix: "leave this index out of the program; ordinary tables of the same database are as ever",
    otherwise,
  };
}
