import { OWN_CONSTRAINT } from "../../engine/catalog/indexQuery";
import type { Session } from "../../engine/session/session";
import { searchPathValue } from "../../engine/text/sql";

/** Which parts of a database to read. */
export interface Selection {
  /** If empty: every schema except the system's. */
  readonly schemas: readonly string[];
  /** If empty: every table. A table without a schema matches in any of the schemas. */
  readonly tables: readonly { readonly schema?: string; readonly name: string }[];
}

/** An index as the catalog shows it. */
export interface CatalogIndex {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  /** CREATE INDEX for people, with few parentheses. */
  readonly pretty: string;
  /** CREATE INDEX with all parentheses. */
  readonly exact: string;
  /** Null means the database's default. */
  readonly tablespace: string | null;
  readonly comment: string | null;
  /** `pg_attribute.attstattarget` by key; null or -1 is the default. */
  readonly statistics: readonly (number | null)[];
  readonly constraint: string | null;
  readonly isUsable: boolean;
  /** The partitioned index it is part of. */
  readonly parent: string | null;
  /** The extension its table belongs to. */
  readonly extension: string | null;
}

/** Schemas that contain tables, except the system's. */
export async function readSchemas(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace n
      WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
        AND EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid AND relkind IN ('r', 'm', 'p'))
      ORDER BY nspname`,
  );
  return rows.map((row) => row.name);
}

/** Whether one of the schemas has a table of this name that can have indexes. */
export async function hasTable(
  session: Session,
  schemas: readonly string[],
  name: string,
): Promise<boolean> {
  const rows = await session.query(
    `SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ANY ($1) AND relname = $2 AND relkind IN ('r', 'm', 'p')`,
    [schemas, name],
  );
  return rows.length > 0;
}

const INDEXES = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, t.relname AS table,
       (SELECT spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS tablespace,
       obj_description(c.oid, 'pg_class') AS comment,
       (SELECT jsonb_agg(attstattarget ORDER BY attnum) FROM pg_attribute
         WHERE attrelid = c.oid AND attnum <= i.indnkeyatts) AS statistics,
       con.conname AS constraint,
       i.indisvalid AND i.indisready AND i.indislive AS "isUsable",
       (SELECT extname FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.deptype = 'e'
           AND d.refclassid = 'pg_extension'::regclass LIMIT 1) AS extension
  FROM pg_index i
  JOIN pg_class c ON c.oid = i.indexrelid
  JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  ${OWN_CONSTRAINT}
 WHERE n.nspname = $1 AND t.relkind IN ('r', 'm', 'p')
 ORDER BY t.relname, c.relname`;

/** The columns affected by the search path. An index dropped in the meantime has no definition. */
const DEFINITIONS = `
SELECT i::int8::float8 AS oid, pg_catalog.pg_get_indexdef(i, 0, true) AS pretty,
  pg_catalog.pg_get_indexdef(i) AS exact,
       (SELECT inhparent::regclass::text FROM pg_catalog.pg_inherits WHERE inhrelid = i) AS parent
  FROM pg_catalog.unnest($1::oid[]) AS i`;

type Definition = Pick<CatalogIndex, "oid" | "pretty" | "exact" | "parent">;

/**
 * The indexes of a schema. Names on the search path are printed without their schema. Only the
 * definitions are read under that path, because its schemas may contain somebody else's functions
 * and operators.
 */
export async function readCatalog(
  session: Session,
  schema: string,
  searchPath: readonly string[],
): Promise<CatalogIndex[]> {
  await session.query("BEGIN READ ONLY");
  try {
    const indexes = await session.query<Omit<CatalogIndex, keyof Definition> & { oid: number }>(
      INDEXES,
      [schema],
    );
    await session.query("SELECT pg_catalog.set_config('search_path', $1, true)", [
      searchPathValue(searchPath),
    ]);
    const oids = indexes.map(({ oid }) => oid);
    const definitions = await session.query<Definition>(DEFINITIONS, [oids]);
    const byOid = new Map(definitions.map((definition) => [definition.oid, definition]));
    return indexes.flatMap((index) => {
      const definition = byOid.get(index.oid);
      return definition?.pretty ? { ...index, ...definition } : [];
    });
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}
