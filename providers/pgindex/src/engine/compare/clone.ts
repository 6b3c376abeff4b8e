import { statisticsOf } from "../catalog/canonicalForm";
import { readIndexes } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexDefinition } from "../declare/desiredIndex";
import {
  type CanonicalIndex,
  type FieldsWith,
  type FieldValues,
  fieldsWith,
} from "../declare/indexFields";
import { addConstraintSql, cloneIndexStatement } from "../declare/statement";
import { classify, sqlState } from "../errors/sqlstate";
import { requireTrustedTriggers } from "../reach/eventTriggers";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { ident, qualified, searchPathValue } from "../text/sql";
import { type RunSafely, safely } from "./safely";
import { asRowOfTable, buildWithRow } from "./wholeRow";

/** The canonical form of a declaration, or why the server could not produce it. */
export type Canonicalized =
  | {
      readonly kind: "ok";
      readonly canonical: CanonicalIndex;
      /** What PostgreSQL calls the index's columns: an expression by its function. */
      readonly columnNames?: readonly string[];
    }
  /** The declaration cannot be built on this table, for the server's own reason. */
  | { readonly kind: "refused"; readonly error: Error }
  /** The server does not let us try: read-only, no TEMPORARY privilege, the table is locked. */
  | { readonly kind: "cannotVerify"; readonly obstacle: Obstacle };

/** What keeps us from trying: a read-only session, a missing privilege, a lock on the table. */
export type Obstacle = "readOnly" | "privilege" | "locked";

export const CLONE_INDEX = "pgindex_clone";

const OBSTACLES: ReadonlyMap<string | undefined, Obstacle> = new Map([
  ["25006", "readOnly"],
  ["42501", "privilege"],
  ["55P03", "locked"],
]);

/**
 * Builds the declared index on an empty temporary clone of the table, reads it back and rolls back.
 * Takes ACCESS SHARE on the table for a few milliseconds. Since the whole index is built, this also
 * finds unknown columns, operator classes and functions, and expressions that are not immutable,
 * without touching the table.
 */
export async function canonicalizeOnClone(
  session: Session,
  desired: IndexDefinition,
): Promise<Canonicalized> {
  const tried = await onClone(session, () => makeClone(session, desired));
  return tried.kind === "ok" ? formOf(desired, tried.value.index) : tried;
}

/** The result of work on a clone of the table. */
export type CloneResult<T> = { readonly kind: "ok"; readonly value: T } | CloneFailure;
type CloneFailure = Exclude<Canonicalized, { kind: "ok" }>;

/**
 * Runs `work` in a transaction and rolls it back. Throws only errors worth an immediate retry, such
 * as a lost connection.
 */
export async function onClone<T>(
  session: Session,
  work: () => Promise<T>,
): Promise<CloneResult<T>> {
  await requireTrustedTriggers(session);
  return session.alone(() => inTransaction(session, work));
}

async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<CloneResult<T>> {
  await session.query("BEGIN");
  try {
    return { kind: "ok", value: await work() };
  } catch (error) {
    const obstacle = OBSTACLES.get(sqlState(error));
    if (obstacle) return { kind: "cannotVerify", obstacle };
    if (sqlState(error) === undefined || classify(error) === "retry") throw error;
    return { kind: "refused", error: error as Error };
  } finally {
    await session.query("ROLLBACK").catch(() => undefined);
  }
}

/** An index on the temporary clone of its table. */
export interface Clone {
  readonly index: CloneIndex;
  /** Runs statements on the clone, with no more rights than its code may have. */
  readonly run: RunSafely;
}

/**
 * Builds the declared index on a temporary clone of its table and reads it back. Only within
 * {@link onClone}. `similar`: a standing index whose definition will be tried on the clone too.
 */
export async function makeClone(
  session: Session,
  desired: IndexDefinition,
  similar?: Pick<LiveIndex, "oid">,
): Promise<Clone> {
  const { table, searchPath, constraint } = desired;
  await setSettings(session.query, "transaction", { lock_timeout: "500ms" });
  const run = await safely(session, desired, similar);
  const clone = `pg_temp.${ident(table)}`;
  await buildWithRow(session, desired, async (casts) => {
    await setSettings(session.query, "transaction", { search_path: searchPathValue(searchPath) });
    await run([
      cloneTableStatement(desired),
      ...casts,
      cloneIndexStatement(desired, clone, CLONE_INDEX),
      // Now rather than after the real build: a non-default operator class or collation keeps an
      // index from backing a constraint.
      ...(constraint ? [addConstraintSql(clone, CLONE_INDEX, constraint)] : []),
    ]);
  });
  return { index: await readClone(session, desired, CLONE_INDEX), run };
}

/** The clone has the table's own name, so expressions can refer to "table.column". */
export function cloneTableStatement({
  schema,
  table,
}: Pick<IndexDefinition, "schema" | "table">): string {
  return `CREATE TEMPORARY TABLE ${ident(table)} (LIKE ${qualified(schema, table)} INCLUDING GENERATED)
         ON COMMIT DROP`;
}

/** An index of the clone, with the names of its columns. */
type CloneIndex = LiveIndex & { readonly columnNames: readonly string[] };

/** Reads an index of the clone, with every name schema-qualified. */
export async function readClone(
  session: Session,
  desired: IndexDefinition,
  name: string,
): Promise<CloneIndex> {
  const [index] = await readClones(session, [name]);
  if (!index) throw new Error("the temporary clone of the index vanished");
  return { ...index, canonical: await asRowOfTable(session, desired, index.canonical) };
}

/** Indexes of clones that read no whole row, in the order of the names. */
export async function readClones(
  session: Session,
  names: readonly string[],
): Promise<CloneIndex[]> {
  // Names the clone's schema explicitly, as the last: by default it is searched first, and a table
  // can have the name of a catalog table, such as pg_class.
  await session.query("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)");
  const rows = await session.query<{ oid: number; columnNames: string[] }>(
    `SELECT c.oid::int8::float8 AS oid,
            ARRAY(SELECT a.attname::text FROM pg_attribute a
                   WHERE a.attrelid = c.oid ORDER BY a.attnum) AS "columnNames"
       FROM pg_class c
      WHERE c.relname = ANY ($1::name[]) AND c.relnamespace = pg_my_temp_schema()
      ORDER BY array_position($1::name[], c.relname)`,
    [names],
  );
  const indexes = await readIndexes(
    session,
    rows.map(({ oid }) => oid),
  );
  return rows.flatMap(({ oid, columnNames }) =>
    indexes.filter((index) => index.oid === oid).map((index) => ({ ...index, columnNames })),
  );
}

/** Values that a temporary clone cannot have: they are managed only if they are declared. */
const DECLARED: {
  readonly [F in FieldsWith<"source", "declaration">]: (
    index: IndexDefinition,
  ) => FieldValues[F] | undefined;
} = {
  tablespace: ({ tablespace }) => tablespace,
  comment: ({ comment }) => comment,
  constraint: ({ constraint }) => constraint,
  statistics: ({ keys }) => {
    const targets = keys.map((key) => key.statistics);
    return targets.some((target) => target !== undefined) ? statisticsOf(targets) : undefined;
  },
};

/** The form of the clone, plus the declared values that a clone cannot have. */
export function formOf(
  index: IndexDefinition,
  clone: Pick<CloneIndex, "canonical" | "columnNames">,
): Extract<Canonicalized, { readonly kind: "ok" }> {
  const { canonical, columnNames } = clone;
  return { kind: "ok", canonical: declaredForm(canonical, index), columnNames };
}

function declaredForm(clone: CanonicalIndex, index: IndexDefinition): CanonicalIndex {
  const asked = Object.entries(DECLARED).map(([field, read]) => [field, read(index)] as const);
  const built = fieldsWith("source", "clone").map((field) => [field, clone[field]] as const);
  return Object.fromEntries([...built, ...asked].filter(([, value]) => value !== undefined));
}
