import type { LiveIndex } from "../catalog/liveIndex";
import type { Difference } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { type FieldValues, INDEX_FIELDS } from "../declare/indexFields";
import { commentSql, statisticsSql } from "../declare/statement";
import type { Situation } from "../situation/situation";
import { ident, literal, qualified } from "../text/sql";
import { alter, analyze } from "./buildSteps";
import { constraintSteps } from "./constraintSteps";
import { type Step, TABLE_LOCK } from "./step";

/**
 * Steps that change an existing index in place, for differences that can be altered.
 *
 * @example
 * // ALTER INDEX "public"."users_email_idx" SET ("fillfactor" = '70')
 *
 * @see https://www.postgresql.org/docs/current/sql-alterindex.html
 */
export function alterSteps(desired: DesiredIndex, differences: readonly Difference[]): Step[] {
  const sqls = differences.flatMap((difference) => alterSql(desired, difference));
  const steps: Step[] =
    sqls.length > 0 ? [alter(sqls, "every difference can be altered in place")] : [];
  const movesTablespace = differences.some((difference) => difference.field === "tablespace");
  const changesStatistics = differences.some((difference) => difference.field === "statistics");
  const addsConstraint = differences.some((difference) => difference.field === "constraint");
  if (addsConstraint) steps.push(...constraintSteps(desired));
  if (changesStatistics) steps.push(analyze(desired, desired.name));
  if (movesTablespace) steps.push(moveTablespace(desired));
  return steps;
}

/** PostgreSQL cannot alter the parameters or the tablespace of a partitioned index. */
export function canAlter(
  { serverVersion }: Situation,
  { live, differences }: { readonly live: LiveIndex; readonly differences: readonly Difference[] },
): boolean {
  return differences.every(({ field }) => {
    const { changesSince, changesOnPartitions } = INDEX_FIELDS[field];
    return serverVersion >= changesSince && (!live.isPartitioned || changesOnPartitions);
  });
}

/** @see https://www.postgresql.org/docs/current/sql-reindex.html (TABLESPACE: 14 and newer) */
function moveTablespace({ schema, name, tablespace }: DesiredIndex): Step {
  const options = `TABLESPACE ${ident(tablespace ?? "pg_default")}, CONCURRENTLY`;
  return {
    kind: "reindex",
    name,
    sql: `REINDEX (${options}) INDEX ${qualified(schema, name)}`,
    locks: TABLE_LOCK,
    why: "it must move to another tablespace",
  };
}

/** Statements that run in one transaction and lock only the index. */
function alterSql(desired: DesiredIndex, difference: Difference): string[] {
  switch (difference.field) {
    case "storageParameters":
      return storageSql(desired, difference.live);
    case "statistics":
      return statisticsSql(desired, desired.name, difference.live);
    case "comment":
      return commentSql(desired, desired.name);
    // Separate steps: one moves the whole index, the other locks its table.
    case "tablespace":
    case "constraint":
      return [];
    case "accessMethod":
    case "unique":
    case "nullsNotDistinct":
    case "columns":
    case "include":
    case "predicate":
    case "deferrable":
    case "exclusion":
      throw new Error(`${difference.field} of an existing index cannot be altered`);
  }
}

/** What `onlyBuildApplies` returns takes a rebuild as well; the plan adds it. */
function storageSql(
  { schema, name, storageParameters }: DesiredIndex,
  live: FieldValues["storageParameters"] = {},
): string[] {
  const index = qualified(schema, name);
  const gone = Object.keys(live).filter((parameter) => !(parameter in storageParameters));
  const set = Object.entries(storageParameters)
    .map(([parameter, value]) => `${ident(parameter)} = ${literal(value)}`)
    .join(", ");
  return [
    ...(set ? [`ALTER INDEX ${index} SET (${set})`] : []),
    ...(gone.length > 0 ? [`ALTER INDEX ${index} RESET (${gone.map(ident).join(", ")})`] : []),
  ];
}
