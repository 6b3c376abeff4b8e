import type { Difference } from "../compare/differences";
import type { DesiredIndex } from "../declare/desiredIndex";
import { commentSql, statisticsSql } from "../declare/statement";
import { ident, literal, qualified } from "../text/sql";
import { alter, analyze } from "./buildSteps";
import { constraintSteps } from "./constraintSteps";
import { type Step, TABLE_LOCK } from "./step";

/** Changes a standing index where it differs only in what can be altered. */
export function alterSteps(desired: DesiredIndex, differences: readonly Difference[]): Step[] {
  const sqls = differences.flatMap((difference) => alterSql(desired, difference));
  const steps: Step[] =
    sqls.length > 0 ? [alter(sqls, "it differs only in what can be altered")] : [];
  const movesTablespace = differences.some((difference) => difference.field === "tablespace");
  const changesStatistics = differences.some((difference) => difference.field === "statistics");
  const addsConstraint = differences.some((difference) => difference.field === "constraint");
  if (addsConstraint) steps.push(...constraintSteps(desired));
  if (changesStatistics) steps.push(analyze(desired, desired.name));
  if (movesTablespace) steps.push(moveTablespace(desired));
  return steps;
}

/** @see https://www.postgresql.org/docs/current/sql-reindex.html (TABLESPACE: 14 and newer) */
function moveTablespace({ schema, name, tablespace }: DesiredIndex): Step {
  return {
    kind: "reindex",
    name,
    sql: `REINDEX (TABLESPACE ${ident(tablespace ?? "pg_default")}, CONCURRENTLY) INDEX ${qualified(schema, name)}`,
    locks: TABLE_LOCK,
    why: "it has to move to another tablespace",
  };
}

function alterSql(desired: DesiredIndex, difference: Difference): string[] {
  switch (difference.field) {
    case "storageParameters":
      return storageSql(desired, difference);
    case "statistics":
      return statisticsSql(desired, desired.name, difference);
    case "comment":
      return commentSql(desired, desired.name);
    default:
      return [];
  }
}

/** New values apply to pages that are written from now on; a rebuild would apply them to all. */
function storageSql(desired: DesiredIndex, difference: Difference): string[] {
  const index = qualified(desired.schema, desired.name);
  const declared = Object.entries(desired.storageParameters);
  const live = difference.live
    .split(", ")
    .filter(Boolean)
    .map((option) => option.replace(/=.*/s, ""));
  const gone = live.filter((name) => !(name in desired.storageParameters));
  const set = declared.map(([name, value]) => `${ident(name)} = ${literal(value)}`).join(", ");
  return [
    ...(set ? [`ALTER INDEX ${index} SET (${set})`] : []),
    ...(gone.length > 0 ? [`ALTER INDEX ${index} RESET (${gone.map(ident).join(", ")})`] : []),
  ];
}
