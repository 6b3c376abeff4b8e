import { parseSync } from "libpg-query";
import { type FunctionName, fieldsOf, functionsOf, namesIn } from "../input/namesInQuery";
import type { Session } from "../session/session";

/** The functions that a name can mean in the schemas of a path. */
const FUNCTIONS = `
SELECT p.oid::int8::float8 AS oid
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN unnest($1::name[], $2::name[]) AS f (schema, name) ON f.name = p.proname
 WHERE CASE WHEN f.schema IS NULL THEN n.nspname = ANY ('pg_catalog'::name || $3::name[])
            ELSE n.nspname = f.schema END`;

/** Every function that a call in the text can mean, by its name alone. */
export async function functionsNamed(
  session: Session,
  text: string,
  path: readonly string[],
): Promise<{ kind: "function"; oid: number }[]> {
  const names = callsIn(text);
  if (names.length === 0) return [];
  const rows = await session.query<{ oid: number }>(FUNCTIONS, [
    names.map(({ schema }) => schema ?? null),
    names.map(({ name }) => name),
    path,
  ]);
  return rows.map(({ oid }) => ({ kind: "function", oid }));
}

function callsIn(text: string): FunctionName[] {
  try {
    return functionsOf([...fieldsOf(parseSync(text))]);
  } catch {
    // Of a newer or older grammar than the parser's: the function is taken at its word.
    return [];
  }
}

/** In any schema: what is meant depends on types. A row's attribute can be a function of the row. */
const THINGS = `
SELECT 'operator' AS kind, oid::int8::float8 AS oid FROM pg_operator WHERE oprname = ANY ($1::name[])
 UNION
SELECT 'type', oid::int8::float8 FROM pg_type WHERE typname = ANY ($2::name[])
 UNION
SELECT 'relation', oid::int8::float8 FROM pg_class WHERE relname = ANY ($3::name[])
 UNION
SELECT 'function', p.oid::int8::float8 FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
 WHERE p.proname = ANY ($4::name[]) AND p.pronargs = 1 AND t.typtype IN ('c', 'p')
   AND p.oid >= 16384
 UNION
SELECT 'function', castfunc::int8::float8 FROM pg_cast WHERE castfunc >= 16384`;

/** Whatever the names of a text can mean, where the server cannot be made to parse it. */
export async function thingsNamed(
  session: Session,
  text: string,
  path: readonly string[],
): Promise<readonly NamedThing[]> {
  const { operators, types, relations, attributes } = namesIn([...fieldsOf(parseSync(text))]);
  const named = await functionsNamed(session, text, path);
  const others = await session.query<NamedThing>(THINGS, [operators, types, relations, attributes]);
  return [...named, ...others];
}

export interface NamedThing {
  readonly kind: "function" | "operator" | "type" | "relation";
  readonly oid: number;
}
