import { splitComment } from "../declare/ownershipMark";
import type { Session } from "../session/session";
import { everything } from "../session/sharedReads";
import { qualified } from "../text/sql";
import { toCanonical } from "./canonicalForm";
import { INDEX_QUERY, type IndexRow } from "./indexQuery";
import type { LiveIndex, Observation } from "./liveIndex";
import { relationKind } from "./tables";

interface RelationRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly relkind: string;
  readonly isIndex: boolean;
}

/**
 * Reads what exists under a name. The session's search_path must be empty, so that every name comes
 * schema-qualified.
 */
export async function observe(
  session: Session,
  { schema, name }: { readonly schema: string; readonly name: string },
): Promise<Observation> {
  return (await observeAll(session, schema, [name]))[0] ?? { kind: "absent" };
}

/** As {@link observe}, of several names of a schema, in their order. */
export async function observeAll(
  session: Session,
  schema: string,
  names: readonly string[],
): Promise<Observation[]> {
  const relations = await relationsNamed(session, schema, names);
  const oids = relations.flatMap((each) => (each?.isIndex ? each.oid : []));
  const indexes = await readIndexes(session, oids);
  return relations.map((relation): Observation => {
    if (!relation) return { kind: "absent" };
    const { oid, isIndex, relkind } = relation;
    if (!isIndex) return { kind: "otherRelation", relationKind: relationKind(relkind) };
    const index = indexes.find((each) => each.oid === oid);
    return index ? { kind: "index", index } : { kind: "absent" };
  });
}

async function relationsNamed(
  session: Session,
  schema: string,
  names: readonly string[],
): Promise<(RelationRow | undefined)[]> {
  const all = await everything(session, allRelations);
  if (all) return names.map((name) => all.get(qualified(schema, name)));
  const rows = await session.query<RelationRow>(
    `${RELATIONS} WHERE n.nspname = $1 AND c.relname = ANY ($2)`,
    [schema, names],
  );
  return names.map((name) => rows.find((row) => row.name === name));
}

const RELATIONS = `
SELECT c.oid::int8::float8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind,
       i.indexrelid IS NOT NULL AS "isIndex"
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_index i ON i.indexrelid = c.oid`;

/** By their qualified names. */
async function allRelations(session: Session): Promise<ReadonlyMap<string, RelationRow>> {
  const rows = await session.query<RelationRow>(RELATIONS);
  return new Map(rows.map((row) => [qualified(row.schema, row.name), row]));
}

/** Reads one index by OID; undefined when it is gone. */
export async function readIndex(session: Session, oid: number): Promise<LiveIndex | undefined> {
  return (await readIndexes(session, [oid]))[0];
}

type Asked = Pick<Session, "query" | "shared">;

/** Reads the indexes whose mark has this owner ID. */
export async function findMarkedIndexes(session: Session, ownerId: string): Promise<LiveIndex[]> {
  const all = await everything(session, allIndexes);
  if (all) return [...(all.byOwner.get(ownerId) ?? [])];
  const oids = await oidsOf(
    session,
    `SELECT d.objoid::int8::float8 AS oid
       FROM pg_description d JOIN pg_index i ON i.indexrelid = d.objoid
      WHERE d.classoid = 'pg_class'::regclass AND d.objsubid = 0
        AND strpos(d.description, $1) > 0`,
    [` id=${ownerId} `],
  );
  const indexes = await readIndexes(session, oids);
  return indexes.filter(({ mark }) => mark?.id === ownerId);
}

/** Reads indexes by OID; omits those that are gone. */
export async function readIndexes(session: Asked, oids: readonly number[]): Promise<LiveIndex[]> {
  if (oids.length === 0) return [];
  const all = await everything(session, allIndexes);
  return all ? oids.flatMap((oid) => all.byOid.get(oid) ?? []) : readFromCatalog(session, oids);
}

interface AllIndexes {
  readonly byOid: ReadonlyMap<number, LiveIndex>;
  /** By the owner ID in their mark. */
  readonly byOwner: ReadonlyMap<string, readonly LiveIndex[]>;
}

/** So many at a time: a server that is asked for all of ten thousand answers after seconds. */
const AT_ONCE = 1_000;

async function allIndexes(session: Asked): Promise<AllIndexes> {
  const oids = await oidsOf(
    session,
    `SELECT c.oid::int8::float8 AS oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('i', 'I')
        AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema') ORDER BY 1`,
  );
  const byOid = new Map<number, LiveIndex>();
  const byOwner = new Map<string, LiveIndex[]>();
  for (let from = 0; from < oids.length; from += AT_ONCE) {
    for (const index of await readFromCatalog(session, oids.slice(from, from + AT_ONCE))) {
      byOid.set(index.oid, index);
      const { id } = index.mark ?? {};
      if (id !== undefined) byOwner.set(id, [...(byOwner.get(id) ?? []), index]);
    }
  }
  return { byOid, byOwner };
}

async function oidsOf(session: Asked, sql: string, values: unknown[] = []): Promise<number[]> {
  return (await session.query<{ oid: number }>(sql, values)).map(({ oid }) => oid);
}

async function readFromCatalog(session: Asked, oids: readonly number[]): Promise<LiveIndex[]> {
  const rows = await session.query<IndexRow>(INDEX_QUERY, [oids]);
  return rows.filter(isStillThere).map(toLiveIndex);
}

/**
 * The server's functions read the current catalog, while the rest of the query reads its snapshot:
 * they return null for an index that is dropped in between.
 */
function isStillThere({ definition, sizeBytes, keys, include }: IndexRow): boolean {
  const printed: unknown[] = [definition, sizeBytes, ...keys.map((key) => key.definition)];
  return ![...printed, ...include].includes(null);
}

function toLiveIndex(row: IndexRow): LiveIndex {
  const { accessMethod, unique, nullsNotDistinct, keys, include, predicate, ...rest } = row;
  const { storageParameters, tablespace, comment, constraintType, ...more } = rest;
  const { deferrable, exclusion, constraint, partOf, ...live } = more;
  return {
    ...live,
    constraint: constraint ?? undefined,
    partOf: partOf ?? undefined,
    mark: splitComment(comment).mark,
    canonical: toCanonical(row),
  };
}
