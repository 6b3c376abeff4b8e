import type { StoppingLock } from "../alteration/stoppingLock";
import type { LiveIndex } from "../catalog/liveIndex";
import type { Difference } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { type FieldValues, INDEX_FIELDS } from "../declare/indexFields";
import { type OwnershipMark, resourceName } from "../declare/ownershipMark";
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
export function alterSteps(
  desired: DesiredIndex,
  { live, differences }: StandingIndex,
  missingMark?: OwnershipMark,
): Step[] {
  const mark = missingMark ?? live.mark;
  const sqls = differences.flatMap((difference) => alterSql(desired, difference, mark));
  const expects = [{ oid: live.oid, name: desired.name }];
  const why = "every difference can be altered in place";
  const altered = { ...alter(sqls, why, expects), ...storageLock(desired, differences) };
  const steps: Step[] = sqls.length > 0 ? [altered] : [];
  const movesTablespace = differences.some((difference) => difference.field === "tablespace");
  const changesStatistics = differences.some((difference) => difference.field === "statistics");
  const addsConstraint = differences.some((difference) => difference.field === "constraint");
  const marksIt = missingMark && !differences.some(({ field }) => field === "comment");
  if (marksIt) steps.push(markStep(desired, live, missingMark));
  if (addsConstraint) steps.push(...constraintSteps(desired));
  if (changesStatistics) steps.push(analyze(desired, desired.name));
  if (movesTablespace) steps.push(moveTablespace(desired));
  return steps;
}

/** An existing index and how it differs from the declared one. */
export interface StandingIndex {
  readonly live: LiveIndex;
  readonly differences: readonly Difference[];
}

/** The step that writes an owner's mark below whatever comment the index has. */
export function markStep(desired: DesiredIndex, live: LiveIndex, mark: OwnershipMark): Step {
  const comment = desired.comment ?? live.canonical.comment;
  const sqls = commentSql({ schema: desired.schema, comment }, desired.name, mark);
  const why = `its comment names its owner: ${mark.label}${formerOwner(live, mark)}`;
  return alter(sqls, why, [{ oid: live.oid, name: desired.name }]);
}

/** PostgreSQL cannot alter the parameters or the tablespace of a partitioned index. */
export function canAlter(
  { serverVersion }: Situation,
  { live, differences }: StandingIndex,
): boolean {
  return differences.every(({ field }) => {
    const { changesSince, changesOnPartitions } = INDEX_FIELDS[field];
    return serverVersion >= changesSince && (!live.isPartitioned || changesOnPartitions);
  });
}

/** Another entry of the stack's state had it: most likely the same resource under another name. */
function formerOwner({ mark: former }: LiveIndex, mark: OwnershipMark): string {
  if (!former || former.urn === mark.urn || former.stack !== mark.stack) return "";
  const name = resourceName(former);
  return (
    `; until now it belonged to ${former.label}, whose delete will keep it; if that is this ` +
    `resource under its former name, the option aliases: [{ name: "${name}" }] spares both`
  );
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
function alterSql(
  desired: DesiredIndex,
  difference: Difference,
  mark: OwnershipMark | undefined,
): string[] {
  switch (difference.field) {
    case "storageParameters":
      return storageSql(desired, difference.live);
    case "statistics":
      return statisticsSql(desired, desired.name, difference.live);
    case "comment":
      return commentSql(desired, desired.name, mark);
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

/** Every other parameter takes ACCESS EXCLUSIVE on the index (reloptions.c). */
const WEAK_PARAMETERS = ["fillfactor", "deduplicate_items", "vacuum_cleanup_index_scale_factor"];

/** Planning any query of the table takes a lock on each of its indexes. */
function storageLock(
  { schema, name, storageParameters }: DesiredIndex,
  differences: readonly Difference[],
): { readonly locks?: string; readonly stops?: StoppingLock } {
  const live = differences.find(({ field }) => field === "storageParameters")?.live ?? {};
  const named = [...Object.keys(live), ...Object.keys(storageParameters)];
  const changes = differences.some(({ field }) => field === "storageParameters");
  if (!changes || named.every((parameter) => WEAK_PARAMETERS.includes(parameter))) return {};
  return { locks: STORAGE_LOCK, stops: { mode: "ACCESS EXCLUSIVE", on: { schema, name } } };
}

const STORAGE_LOCK = "ACCESS EXCLUSIVE on the index, for milliseconds: queries of the table wait";

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
