import type { DesiredIndex } from "../../declare/desiredIndex";
import type { Hazard } from "../../hazards/hazard";
import { namesCollation, namesColumn, prefixSearches } from "../../input/prefixSearches";
import type { ParsedQuery } from "../../measure/servedQueries";
import type { Session } from "../../session/session";
import { likeCollation, otherCollation } from "./collationMessages";

/** Of a leading key that is a column of text. */
interface KeyCollation {
  readonly column: string;
  /** By which the index is ordered. */
  readonly name: string;
  /** It orders by bytes. */
  readonly isBytewise: boolean;
  /** The operator class that the key has without one. */
  readonly isDefaultClass: boolean;
  readonly isColumns: boolean;
}

/**
 * Served queries that cannot use the index for its collation. Only of queries of this table alone,
 * where it is certain which column is meant.
 *
 * @see https://www.postgresql.org/docs/current/indexes-opclass.html
 */
export async function foreseeCollation(
  session: Session,
  tableOid: number,
  desired: DesiredIndex,
  queries: readonly ParsedQuery[],
): Promise<Hazard[]> {
  const { accessMethod, table, keys } = desired;
  const column = keys[0]?.column;
  const alone = queries.filter(({ sql, relations = [] }) => {
    const isAlone = relations.length === 1 && relations[0]?.name === table;
    return isAlone && column !== undefined && namesColumn(sql, column);
  });
  if (accessMethod !== "btree" || alone.length === 0) return [];
  const key = await readKeyCollation(session, tableOid, desired);
  return key ? alone.flatMap((query) => hazardsOf(query, key, desired)) : [];
}

function hazardsOf(query: ParsedQuery, key: KeyCollation, desired: DesiredIndex): Hazard[] {
  const search = prefixSearches(query.sql, query.values).find(
    ({ column }) => column === key.column,
  );
  if (search && !key.isBytewise && key.isDefaultClass)
    return [likeCollation(desired, query.name, { ...key, ...search })];
  // Under a bytewise order, LIKE finds its prefix whatever the query's collation is.
  const isServed = search !== undefined && key.isBytewise;
  if (key.isColumns || isServed || namesCollation(query.sql)) return [];
  return [otherCollation(desired, query.name, key)];
}

/** Classes that compare texts as their collation does. */
const CLASSES = ["text_ops", "varchar_ops", "bpchar_ops"];

/** The server's own provider (17) orders by code points, the C library only under these names. */
const KEY = `
SELECT a.attname AS column, c.collname AS name, c.oid = a.attcollation AS "isColumns",
       CASE k.provider WHEN 'b' THEN true WHEN 'c' THEN k.locale IN ('C', 'POSIX') ELSE false END
         AS "isBytewise"
  FROM pg_attribute a
  JOIN pg_collation c ON c.oid = CASE WHEN $3::text IS NULL THEN a.attcollation ELSE (
         SELECT w.oid FROM pg_collation w JOIN pg_namespace n ON n.oid = w.collnamespace
          WHERE w.collname = $3 AND n.nspname = ANY ($4::text[])
            AND w.collencoding IN (-1, (SELECT encoding FROM pg_database
                                         WHERE datname = current_database()))
          ORDER BY array_position($4::text[], n.nspname::text) LIMIT 1) END
  JOIN pg_database d ON d.datname = current_database()
 CROSS JOIN LATERAL (SELECT
         CASE c.collprovider WHEN 'd' THEN coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
                             ELSE c.collprovider::text END AS provider,
         CASE c.collprovider WHEN 'd' THEN d.datcollate ELSE c.collcollate END AS locale) k
 WHERE a.attrelid = $1::int8::oid AND a.attname = $2`;

async function readKeyCollation(
  session: Session,
  tableOid: number,
  { keys, searchPath }: DesiredIndex,
): Promise<KeyCollation | undefined> {
  const [{ column, collation, operatorClass } = { column: undefined }] = keys;
  const schemas =
    collation?.schema === undefined ? ["pg_catalog", ...searchPath] : [collation.schema];
  const values = [tableOid, column, collation?.name ?? null, schemas];
  const [row] = await session.query<Omit<KeyCollation, "isDefaultClass">>(KEY, values);
  const isDefaultClass = operatorClass === undefined || CLASSES.includes(operatorClass.name);
  return row && { ...row, isDefaultClass };
}
