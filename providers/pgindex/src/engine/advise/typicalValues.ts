import type { CandidateTwin } from "./candidateTwin";
import { type Asked, askedIn, type Typical, type TypicalOf } from "./query/parameters";
import type { Statement } from "./statements";

/** A tenth from either end, and a value that many rows have. */
const TYPICAL = `
SELECT w.place, (s.bounds)[greatest(1, ceil(array_length(s.bounds, 1) * 0.1))::int] AS low,
       (s.bounds)[ceil(array_length(s.bounds, 1) * 0.9)::int] AS high,
       coalesce((s.common)[1], (s.bounds)[ceil(array_length(s.bounds, 1) * 0.5)::int]) AS text
  FROM pg_catalog.jsonb_to_recordset($1) AS w(place int, schema name, name name, "column" name)
 CROSS JOIN LATERAL (
   SELECT coalesce(histogram_bounds::text::text[], most_common_vals::text::text[]) AS bounds,
          most_common_vals::text::text[] AS common
     FROM pg_catalog.pg_stats
    WHERE (schemaname, tablename, attname) = (w.schema, w.name, w."column")
    ORDER BY inherited DESC LIMIT 1) AS s`;

/** What is typical of the columns that the statements compare with a parameter. */
export async function readTypical(
  twin: CandidateTwin,
  statements: readonly Statement[],
): Promise<TypicalOf> {
  const asked = new Map<string, Asked>();
  for (const { read } of statements) for (const each of askedIn(read)) asked.set(keyOf(each), each);
  const places = [...asked.values()].map(({ access: { relation }, column }, place) => ({
    ...{ place, schema: relation.schema, name: relation.name, column },
  }));
  const rows = await twin.query<Typical & { readonly place: number }>(TYPICAL, [
    JSON.stringify(places),
  ]);
  const keys = [...asked.keys()];
  const known = new Map(rows.map((row) => [keys[row.place], row]));
  return (access, column) => known.get(keyOf({ access, column }));
}

const keyOf = ({ access, column }: Asked) => JSON.stringify([access.relation.oid, column]);
