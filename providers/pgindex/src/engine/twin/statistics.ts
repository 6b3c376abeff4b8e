import type { Client } from "pg";
import type { ColumnStatistics, Production } from "./production/production";

/** `pg_class` figures of a table or index. */
export interface RelationFigures {
  readonly schemaname: string;
  readonly relname: string;
  readonly relpages: number;
  readonly reltuples: number;
  readonly relallvisible: number;
}

/**
 * Gives the twin's tables production's statistics. Returns what it did not take.
 *
 * @see https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-STATSMOD
 */
export async function restoreStatistics(
  twin: Client,
  { relations, indexes, statistics }: Production,
): Promise<string[]> {
  const figures = [
    ...relations.filter(({ kind }) => "rmp".includes(kind)),
    ...indexes.map((each) => ({ ...each, relallvisible: 0 })),
  ].map(({ schema, name, relpages, reltuples, relallvisible }) => ({
    ...{ schemaname: schema, relname: name },
    ...{ relpages, reltuples, relallvisible },
  }));
  const here = await existing(twin, [...figures, ...statistics]);
  const isHere = ({ schemaname, relname }: { schemaname: string; relname: string }) =>
    here.has(JSON.stringify([schemaname, relname]));
  await restoreFigures(twin, figures.filter(isHere));
  return restoreColumns(twin, statistics.filter(isHere));
}

async function existing(
  twin: Client,
  names: readonly { readonly schemaname: string; readonly relname: string }[],
): Promise<Set<string>> {
  const { rows } = await twin.query(
    `SELECT DISTINCT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.jsonb_to_recordset($1) AS w(schemaname name, relname name)
       JOIN pg_catalog.pg_namespace n ON n.nspname = w.schemaname
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.relname`,
    [JSON.stringify(names.map(({ schemaname, relname }) => ({ schemaname, relname })))],
  );
  return new Set(rows.map(({ schema, name }) => JSON.stringify([schema, name])));
}

export async function restoreFigures(
  twin: Client,
  figures: readonly RelationFigures[],
): Promise<void> {
  await twin.query(
    `SELECT pg_catalog.pg_restore_relation_stats('schemaname', schemaname, 'relname', relname,
              'relpages', relpages, 'reltuples', reltuples, 'relallvisible', relallvisible)
       FROM pg_catalog.jsonb_to_recordset($1)
         AS s(schemaname text, relname text, relpages int, reltuples real, relallvisible int)`,
    [JSON.stringify(figures)],
  );
}

/** The columns of `pg_stats` that it takes, with their types. */
const TAKEN: Readonly<Record<string, string>> = {
  null_frac: "real",
  avg_width: "integer",
  n_distinct: "real",
  most_common_vals: "text",
  most_common_freqs: "real[]",
  histogram_bounds: "text",
  correlation: "real",
  most_common_elems: "text",
  most_common_elem_freqs: "real[]",
  elem_count_histogram: "real[]",
  range_length_histogram: "text",
  range_empty_frac: "real",
  range_bounds_histogram: "text",
};

export async function restoreColumns(
  twin: Client,
  statistics: readonly ColumnStatistics[],
): Promise<string[]> {
  const columns = Object.keys(TAKEN).map((name) => `'${name}', s.${name}::${TAKEN[name]}`);
  const texts = Object.keys(TAKEN).map((name) => `${name} text`);
  const { rows } = await twin.query(
    `SELECT s.relname, s.attname, pg_catalog.pg_restore_attribute_stats('schemaname', s.schemaname,
              'relname', s.relname, 'attname', s.attname, 'inherited', s.inherited,
              ${columns.join(", ")}) AS "isTaken"
       FROM pg_catalog.jsonb_to_recordset($1) AS s(schemaname text, relname text, attname text,
              inherited boolean, ${texts.join(", ")})`,
    [JSON.stringify(statistics)],
  );
  return rows.flatMap(({ relname, attname, isTaken }) => (isTaken ? [] : `${relname}.${attname}`));
}
