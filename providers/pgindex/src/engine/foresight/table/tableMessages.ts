import type { Facts } from "../../hazards/facts";
import { type Hazard, hazard } from "../../hazards/hazard";
import { renderBytes } from "../../text/render";
import { qualified } from "../../text/sql";
import type { TableState } from "./tableState";

/** With the new one: a table and 15 indexes are what a session locks cheaply before 18. */
const MOST_INDEXES = 15;

/** Of a smaller table, VACUUM does not last. */
const WRAPAROUND_BYTES = 1024 ** 3;
const WRAPAROUND_SHARE = 0.95;

const LARGE_BYTES = 100 * 1024 ** 3;

/** What the table itself makes of a build. `addsOne`: it is not rebuilt. */
export function foreseeTable(
  { indexes, wraparoundShare }: TableState,
  { schema, name, sizeBytes }: Facts["table"],
  addsOne: boolean,
): Hazard[] {
  const object = `${schema}.${name}`;
  const all = indexes + (addsOne ? 1 : 0);
  const percent = Math.round(wraparoundShare * 100);
  return [
    ...(addsOne && all > MOST_INDEXES
      ? [
          hazard("many-indexes", {
            object,
            message: `${object} will have ${all} indexes: every insert writes to all of them`,
            fix: "drop those that nothing scans (pg_stat_user_indexes)",
          }),
        ]
      : []),
    ...(wraparoundShare >= WRAPAROUND_SHARE && sizeBytes >= WRAPAROUND_BYTES
      ? [
          hazard("wraparound-near", {
            object,
            message:
              `${object} is at ${percent} % of the age at which autovacuum has to prevent ` +
              "wraparound: it would begin during the build, and wait for it",
            fix: `run first: VACUUM (FREEZE) ${qualified(schema, name)};`,
          }),
        ]
      : []),
    ...(sizeBytes >= LARGE_BYTES
      ? [
          hazard("large-table", {
            object,
            message:
              `${object} has ${renderBytes(sizeBytes)}: the build reads it twice, ` +
              "and no VACUUM of it runs meanwhile",
            fix: "build when little is written; buildWithin limits it",
          }),
        ]
      : []),
  ];
}
