import { notAssumed } from "../application/applicationMessages";
import { loginSettings } from "../application/applicationRole";
import { differentMeaning } from "../application/queryMeaning";
import { type RowSecurity, rowSecurityOf } from "../application/rowSecurity";
import type { RelationReference } from "../input/namesInQuery";
import { ident, qualified } from "../text/sql";
import type { QueryMeasurement } from "./measurement";
import { type Bench, boundedPlan } from "./queryRuns";
import type { ParsedQuery } from "./servedQueries";

/** What sets our session apart from the application's, or keeps rows from it. */
export interface Circumstances {
  /** What to say with any result. */
  readonly remarks: readonly string[];
  /** What keeps rows from us. */
  readonly hidden: readonly string[];
}

/** Reads them, in one transaction that runs nothing of the query. */
export async function circumstancesOf(
  bench: Bench,
  query: ParsedQuery,
  measurement: QueryMeasurement,
): Promise<Circumstances> {
  const { acting, index } = bench;
  const remarks: string[] = [];
  const hidden: string[] = [];
  await boundedPlan(bench, query, async (session) => {
    const { role } = acting;
    if (role !== undefined && role !== acting.acting)
      remarks.push(notAssumed({ role, acting: acting.acting }));
    if (role === undefined && query.unqualified) {
      const meaning = await differentMeaning(session, query.unqualified, index);
      const settings = await loginSettings(session);
      remarks.push(...[meaning, settings].filter((each) => each !== undefined));
    }
    const security: RowSecurity = await rowSecurityOf(session, index, acting);
    if (security.text) (security.hidesRows ? hidden : remarks).push(security.text);
    if (measurement.planType === null) hidden.push(...(await elsewhere(bench, query)));
    if (measurement.rows === 0 && (await isEmpty(bench))) {
      hidden.push(`${index.schema}.${index.table} is empty`);
    }
  });
  return { remarks, hidden };
}

/** Why a sample may have found nothing, as far as the index's table tells. */
export function whyNoSample(bench: Bench, query: ParsedQuery): Promise<string | undefined> {
  const { acting, index } = bench;
  return boundedPlan(bench, query, async (session) => {
    const { hidesRows, text = "" } = await rowSecurityOf(session, index, acting);
    if (hidesRows) return text;
    if (await isEmpty(bench)) return `${index.schema}.${index.table} is empty`;
    return "its sample finds none: correct it, or give values";
  });
}

/** Whether the table has no row that we can see. A query can read a table by a view alone. */
async function isEmpty({ session, index: { schema, table } }: Bench): Promise<boolean> {
  const name = qualified(schema, table);
  const [may] = await session.query<{ read: boolean }>(
    "SELECT pg_catalog.has_table_privilege($1::text, 'SELECT') AS read",
    [name],
  );
  return may?.read === true && (await session.query(`SELECT FROM ${name} LIMIT 1`)).length === 0;
}

interface Relation {
  readonly name: string;
  readonly isPartitioned: boolean;
  /** The index's table is one of its partitions, or itself. */
  readonly hasTable: boolean;
}

const RELATIONS = `
SELECT DISTINCT pg_catalog.concat_ws('.', n.nspname, c.relname) AS name,
       c.relkind OPERATOR(pg_catalog.=) 'p'::"char" AS "isPartitioned",
       c.oid OPERATOR(pg_catalog.=) coalesce(
         pg_catalog.pg_partition_root(pg_catalog.to_regclass($2)::oid)::oid,
         pg_catalog.to_regclass($2)::oid) AS "hasTable"
  FROM pg_catalog.unnest($1::text[]) AS named
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) coalesce(
         pg_catalog.pg_partition_root(pg_catalog.to_regclass(named)::oid)::oid,
         pg_catalog.to_regclass(named)::oid)
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 ORDER BY 1`;

/** What the query reads where it does not read the index's table. */
async function elsewhere(bench: Bench, { relations = [] }: ParsedQuery): Promise<string[]> {
  const { schema, table: name } = bench.index;
  const asked = [relations.map(toText), qualified(schema, name)];
  const found = await bench.session.query<Relation>(RELATIONS, asked);
  if (found.length === 0) return [];
  const table = `${schema}.${name}`;
  if (found.some(({ hasTable }) => hasTable))
    return [`the values ruled ${table} out: give some of rows that it has`];
  const read = `the query reads ${found.map(({ name }) => name).join(", ")}`;
  const partitioned = found.filter(({ isPartitioned }) => isPartitioned).map(({ name }) => name);
  if (partitioned.length === 0) return [read];
  return [
    `${read}, and ${table} is not a partition of ${partitioned.join(", ")}: was it detached?`,
  ];
}

function toText({ schema, name }: RelationReference): string {
  return schema === undefined ? ident(name) : qualified(schema, name);
}
