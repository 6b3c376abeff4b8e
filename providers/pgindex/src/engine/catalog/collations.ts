import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
import { ident, qualified } from "../text/sql";

/**
 * A collation whose library orders text by other rules now than when the indexes that use it were
 * built: lookups can miss rows in them, and a unique one can let duplicates in.
 *
 * @see https://www.postgresql.org/docs/current/sql-altercollation.html
 */
export interface StaleCollation {
  /** `collation "de_DE"`, or `database "app"` for its default collation. */
  readonly label: string;
  readonly recorded: string;
  readonly actual: string;
  /** What records the actual version, once the indexes are rebuilt. */
  readonly refreshSql: string;
  readonly indexes: readonly { readonly schema: string; readonly name: string }[];
}

interface Row {
  readonly schema: string | null;
  readonly name: string;
  readonly recorded: string;
  readonly actual: string;
  readonly indexes: StaleCollation["indexes"];
}

/** A superuser's own choice of collation: `pg_collation` has the default one under this OID. */
const DEFAULT_COLLATION = 100;

/** Every index with each of its collations; of one index, if $1 is not null. */
const USED = `
SELECT DISTINCT k.oid AS collation, n.nspname AS schema, i.relname AS name
  FROM pg_index x
  JOIN pg_class i ON i.oid = x.indexrelid
  JOIN pg_namespace n ON n.oid = i.relnamespace
 CROSS JOIN LATERAL unnest(x.indcollation::oid[]) AS k(oid)
 WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast')
   AND ($1::int8 IS NULL OR x.indexrelid = $1::int8::oid)`;

const LIST =
  "jsonb_agg(jsonb_build_object('schema', u.schema, 'name', u.name) ORDER BY u.schema, u.name)";

/** Only those that an index uses: a server can have a thousand. */
const OF_COLLATIONS = `
SELECT n.nspname AS schema, c.collname AS name, c.collversion AS recorded,
       pg_collation_actual_version(c.oid) AS actual, used.indexes
  FROM (SELECT u.collation AS oid, ${LIST} AS indexes
          FROM (${USED}) u
         WHERE u.collation NOT IN (0, ${DEFAULT_COLLATION})
         GROUP BY u.collation) used
  JOIN pg_collation c ON c.oid = used.oid
  JOIN pg_namespace n ON n.oid = c.collnamespace
 WHERE c.collversion <> pg_collation_actual_version(c.oid)
 ORDER BY 1, 2`;

/** Recorded since PostgreSQL 15. */
const OF_DATABASE = `
SELECT NULL AS schema, d.datname AS name, d.datcollversion AS recorded,
       pg_database_collation_actual_version(d.oid) AS actual,
       coalesce((SELECT ${LIST} FROM (${USED}) u WHERE u.collation = ${DEFAULT_COLLATION}), '[]')
         AS indexes
  FROM pg_database d
 WHERE d.datname = current_database()
   AND d.datcollversion <> pg_database_collation_actual_version(d.oid)`;

/**
 * Reads as every role may. `indexOid`: those of one index, and what others have as well where many
 * ask.
 */
export async function readStaleCollations(
  session: Session,
  indexOid: number | null = null,
): Promise<StaleCollation[]> {
  const all = indexOid === null ? undefined : await everything(session, allStaleCollations);
  return all ?? readStale(session, indexOid);
}

function allStaleCollations(session: Session): Promise<StaleCollation[]> {
  return readStale(session, null);
}

async function readStale(session: Session, indexOid: number | null): Promise<StaleCollation[]> {
  const isRecorded = session.serverVersion >= 150000;
  const ofDatabase = isRecorded ? await session.query<Row>(OF_DATABASE, [indexOid]) : [];
  const rows = [...ofDatabase, ...(await session.query<Row>(OF_COLLATIONS, [indexOid]))];
  return rows.map(({ schema, name, recorded, actual, indexes }) => ({
    label: schema === null ? `database ${ident(name)}` : `collation ${qualified(schema, name)}`,
    recorded,
    actual,
    refreshSql:
      schema === null
        ? `ALTER DATABASE ${ident(name)} REFRESH COLLATION VERSION;`
        : `ALTER COLLATION ${qualified(schema, name)} REFRESH VERSION;`,
    indexes,
  }));
}

const SHOWN_INDEXES = 5;

export function staleCollationText({ label, recorded, actual, indexes }: StaleCollation): string {
  const shown = indexes.slice(0, SHOWN_INDEXES).map(({ schema, name }) => `${schema}.${name}`);
  const more = indexes.length - shown.length;
  const list = [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  const those = indexes.length > 0 ? `: ${list}` : " (no index uses it)";
  return (
    `${label} was recorded with version ${recorded}, and the server now orders text by version ` +
    `${actual}: indexes built before can miss rows${those}`
  );
}

/**
 * In this order: what is refreshed first counts as right, and nothing says any more what has to be
 * rebuilt.
 */
export function staleCollationFix({ indexes, refreshSql }: StaleCollation): string {
  const [first, ...others] = indexes;
  if (!first) return `run: ${refreshSql}`;
  const rebuild = `REINDEX INDEX CONCURRENTLY ${qualified(first.schema, first.name)};`;
  const each = others.length > 0 ? " and so for each of them" : "";
  return (
    `first rebuild: ${rebuild}${each} (of a declared index: a new rebuildWhen.trigger); ` +
    `when all are rebuilt: ${refreshSql}`
  );
}

/** What to say of one index; nothing if its collations are as they were. */
export function staleCollationWarnings(
  stale: readonly StaleCollation[],
  index: { readonly schema: string; readonly name: string },
): string[] {
  return stale
    .filter(({ indexes }) =>
      indexes.some(({ schema, name }) => schema === index.schema && name === index.name),
    )
    .map((each) => {
      const own = { ...each, indexes: [index] };
      return `${staleCollationText(own)}; ${staleCollationFix(own)}`;
    });
}
