import type { LiveIndex } from "../../catalog/liveIndex";
import type { IndexDefinition } from "../../declare/desiredIndex";
import { type Hazard, hazard } from "../../hazards/hazard";
import type { Session } from "../../session/session";
import { everything } from "../../session/sharedReads";

/** A foreign key that no index serves once some are gone. */
interface BareKey {
  readonly oid: number;
  readonly index: string;
  readonly constraint: string;
  readonly columns: readonly string[];
  readonly referenced: string;
}

/** Whether an index finds the rows that reference one row: it begins with the key's columns. */
const SERVES = `k.conkey <@ (i.indkey::int2[])[0:array_length(k.conkey, 1) - 1]`;

/**
 * Of the indexes `which`, where those that are `gone` serve nothing any more. NOT MATERIALIZED: a
 * query that is named twice is run for all there is, where the indexes of one table will do.
 */
const bareKeys = (which: string, gone: string) => `
WITH serving AS NOT MATERIALIZED (
  SELECT i.indexrelid, i.indrelid, i.indkey FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
   WHERE i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree')
SELECT i.indexrelid::int8::float8 AS oid, i.indexrelid::regclass::text AS index,
       k.conname AS constraint, k.confrelid::regclass::text AS referenced,
       (SELECT jsonb_agg(a.attname ORDER BY p.at)
          FROM unnest(k.conkey) WITH ORDINALITY AS p(attnum, at)
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.attnum) AS columns
  FROM serving i JOIN pg_constraint k ON k.conrelid = i.indrelid AND k.contype = 'f'
 WHERE ${which} AND ${SERVES}
   AND NOT EXISTS (
     SELECT FROM serving o WHERE o.indrelid = k.conrelid AND NOT ${gone}
        AND k.conkey <@ (o.indkey::int2[])[0:array_length(k.conkey, 1) - 1])
 ORDER BY k.conname`;

const TOGETHER = bareKeys(
  "i.indexrelid = ANY ($1::int8[]::oid[])",
  "o.indexrelid = ANY ($1::int8[]::oid[])",
);
const ALONE = bareKeys("true", "o.indexrelid = i.indexrelid");

/**
 * Foreign keys that lose their only index: each delete in the referenced table then reads the whole
 * table. `built`: what takes the place of the indexes. Read-only.
 *
 * @see https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
 */
export async function foreseeBareKeys(
  session: Session,
  dropped: readonly Pick<LiveIndex, "oid">[],
  built?: IndexDefinition,
): Promise<Hazard[]> {
  if (dropped.length === 0) return [];
  const bare = await bareKeysOf(
    session,
    dropped.map(({ oid }) => oid),
  );
  return bare
    .filter(({ columns }) => !(built && serves(built, columns)))
    .map(({ index, constraint, columns, referenced }) =>
      hazard("drops-foreign-key-index", {
        object: index,
        message:
          `${index} is the only index that begins with ${columns.join(", ")}, the columns of the ` +
          `foreign key ${constraint}: each delete in ${referenced} will read the whole table`,
        fix: `keep an index that begins with ${columns.join(", ")}`,
      }),
    );
}

async function bareKeysOf(session: Session, oids: readonly number[]): Promise<readonly BareKey[]> {
  const [only, ...others] = oids;
  const all = others.length === 0 ? await everything(session, allBareKeys) : undefined;
  if (all && only !== undefined) return all.get(only) ?? [];
  return session.query<BareKey>(TOGETHER, [oids]);
}

/** By the OIDs of the indexes, each of which would be dropped alone. */
async function allBareKeys(session: Session): Promise<ReadonlyMap<number, readonly BareKey[]>> {
  return Map.groupBy(await session.query<BareKey>(ALONE), ({ oid }) => oid);
}

function serves(
  { accessMethod, predicate, keys }: IndexDefinition,
  columns: readonly string[],
): boolean {
  const first = keys.slice(0, columns.length).map(({ column }) => column);
  const isWhole = accessMethod === "btree" && predicate === undefined;
  return isWhole && columns.every((column) => first.includes(column));
}
