import type { Client } from "pg";
import type { ColumnStatistics } from "./production/production";
import type { IndexColumn, IndexParts } from "./size/indexParts";
import { IS_COMMON, keySql, sampledColumn, WEIGHT } from "./size/sampledColumn";
import { distinctIn } from "./size/sampledKeys";
import { restoreColumns } from "./statistics";

/** A value of the expression in the sample. */
interface Value {
  readonly value: string;
  readonly bytes: number;
  /** Which share of the rows has it. */
  readonly weight: number;
  /** Whether ANALYZE has kept a value of the column that gives it as a common one. */
  readonly isCommon: boolean;
  /** How many values of the column give it. */
  readonly times: number;
}

/** Where the expression is null. */
interface Absent {
  readonly value: null;
  readonly weight: number;
}

/** The most values that are kept as common, as by default. */
const COMMON = 100;

/**
 * Gives the keys of an index that are expressions the statistics that ANALYZE will find: the server
 * has none before the index is built. They are computed in the twin from what ANALYZE has kept of
 * the column. Returns the keys for which that cannot be done.
 */
export async function restoreExpressions(twin: Client, index: IndexParts): Promise<string[]> {
  const without: string[] = [];
  for (const column of index.columns) {
    if (column.expression === null) continue;
    const found = await statisticsOf(twin, index, column);
    if (found) await restoreColumns(twin, [found]);
    else without.push(column.expression);
  }
  return without;
}

async function statisticsOf(
  twin: Client,
  index: IndexParts,
  column: IndexColumn,
): Promise<ColumnStatistics | undefined> {
  const sample = await sampledColumn(twin, index, column);
  if (!sample) return undefined;
  // A type without an order has no statistics of this kind.
  const values = await twin
    .query<Value | Absent>(
      `SELECT (array_agg(v))[1]::text AS value, avg(pg_column_size(v))::float8 AS bytes,
              sum(weight)::float8 AS weight, count(*)::float8 AS times, bool_or(common) AS "isCommon"
         FROM (SELECT ${keySql(column)} AS v, ${WEIGHT} AS weight, ${IS_COMMON} AS common
                 FROM (${sample.query}) AS s) AS of
        GROUP BY v ORDER BY v`,
    )
    .then(
      ({ rows }) => rows,
      () => undefined,
    );
  const base = await twin.query<{ distinct: number; correlation: number | null }>(
    `SELECT n_distinct AS distinct, correlation FROM pg_stats
      WHERE schemaname = $1 AND tablename = $2 AND attname = $3 ORDER BY inherited LIMIT 1`,
    [index.tableSchema, index.table, sample.column],
  );
  const [of] = base.rows;
  return (
    values &&
    of && {
      ...toStatistics(values, of.distinct, Math.max(1, index.tableRows)),
      ...nameOf(index, column),
    }
  );
}

function nameOf({ schema, name }: IndexParts, column: IndexColumn) {
  return { schemaname: schema, relname: name, attname: column.name, inherited: false };
}

type Figures = Omit<ColumnStatistics, "schemaname" | "relname" | "attname" | "inherited">;

/** Exported for its tests. */
export function toStatistics(
  values: readonly (Value | Absent)[],
  distinctOfColumn: number,
  rows: number,
): Figures {
  const present = values.filter((each): each is Value => each.value !== null);
  const total = values.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const share = present.reduce((sum, { weight }) => sum + weight, 0);
  const width = present.reduce((sum, { bytes, weight }) => sum + bytes * weight, 0);
  const sampled = present.reduce((sum, { times }) => sum + times, 0);
  const once = present.filter(({ times }) => times === 1).length;
  // Each value of the column has its own: as many as the column has.
  const isOneToOne = once === present.length;
  const distinct = distinctIn(sampled, present.length, once, rows * share);
  const common = commonOf(present);
  const rest = present.filter((each) => !common.includes(each));
  const list = (of: readonly Value[]) =>
    of.length === 0 ? null : `{${of.map(({ value }) => quoted(value)).join(",")}}`;
  return {
    null_frac: Math.max(0, 1 - share / total),
    avg_width: Math.round(width / (share || 1)),
    n_distinct: isOneToOne ? distinctOfColumn : asDistinct(distinct, rows),
    most_common_vals: list(common),
    most_common_freqs:
      common.length > 0 ? `{${common.map(({ weight }) => weight).join(",")}}` : null,
    histogram_bounds: rest.length > 1 ? list(rest) : null,
    correlation: null,
    ...{ most_common_elems: null, most_common_elem_freqs: null, elem_count_histogram: null },
  };
}

/** A number of values that grows with the table is kept as a share of its rows. */
const asDistinct = (distinct: number, rows: number) =>
  distinct > rows / 10 ? -Math.min(1, distinct / Math.max(1, rows)) : Math.round(distinct);

function commonOf(values: readonly Value[]): Value[] {
  const often = values.filter(({ times, isCommon }) => times > 1 || isCommon);
  return often.sort((one, other) => other.weight - one.weight).slice(0, COMMON);
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
