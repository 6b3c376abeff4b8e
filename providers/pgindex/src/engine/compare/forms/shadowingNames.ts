import { parseSync } from "libpg-query";
import { type Column, FIRST_USER_OID } from "../../catalog/tables";
import { fragmentsOf, type IndexDefinition } from "../../declare/desiredIndex";
import { fieldsOf, unqualifiedNames } from "../../input/namesInQuery";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { once } from "../../session/sharedReads";

/** Names that mean PostgreSQL's own where only pg_catalog is searched, and may mean another's elsewhere. */
interface ShadowingNames {
  readonly functions: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
  /** Somebody has made a cast between types of PostgreSQL's own. */
  readonly hasCast: boolean;
}

/**
 * A function or operator of another schema is taken for one of pg_catalog if it accepts what that one
 * is given: arguments of PostgreSQL's own types, or of types to which those are cast by themselves.
 * `public` has many that do not (those of citext, of pgvector), and they do not count.
 *
 * @see https://www.postgresql.org/docs/current/typeconv-func.html
 */
const NAMES = `
WITH RECURSIVE accepting (oid) AS (
  SELECT t.oid FROM pg_type t
   WHERE t.oid < ${FIRST_USER_OID} OR t.typtype = 'd'
      OR EXISTS (SELECT FROM pg_cast k WHERE k.casttarget = t.oid AND k.castcontext = 'i'
                    AND k.castsource < ${FIRST_USER_OID}::oid)
   UNION
  SELECT t.oid FROM accepting JOIN pg_type t ON t.typelem = accepting.oid AND t.typcategory = 'A')
SELECT ARRAY(SELECT DISTINCT p.proname::text FROM pg_proc p
              WHERE p.oid >= ${FIRST_USER_OID}
                AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) AS a (type)
                                 WHERE type NOT IN (SELECT oid FROM accepting))) AS functions,
       ARRAY(SELECT DISTINCT o.oprname::text FROM pg_operator o
              WHERE o.oid >= ${FIRST_USER_OID} AND NOT EXISTS (
                    SELECT FROM unnest(ARRAY[o.oprleft, o.oprright]) AS a (type)
                     WHERE type <> 0 AND type NOT IN (SELECT oid FROM accepting))) AS operators,
       ARRAY(SELECT t.typname::text FROM pg_type t
              WHERE t.oid >= ${FIRST_USER_OID}
                AND t.typnamespace = 'pg_catalog'::regnamespace) AS types,
       EXISTS (SELECT FROM pg_cast k WHERE k.oid >= ${FIRST_USER_OID}::oid
                  AND k.castsource < ${FIRST_USER_OID}::oid
                  AND k.casttarget < ${FIRST_USER_OID}::oid) AS "hasCast"`;

interface NamesRow extends Pick<ShadowingNames, "hasCast"> {
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  readonly types: readonly string[];
}

async function readNames(session: Session): Promise<ShadowingNames> {
  const row = onlyRow(await session.query<NamesRow>(NAMES));
  const [functions, operators, types] = [row.functions, row.operators, row.types].map(
    (names) => new Set(names),
  ) as [Set<string>, Set<string>, Set<string>];
  return { functions, operators, types, hasCast: row.hasCast };
}

/**
 * Whether the expressions and the predicate of a declaration, which the server printed with nothing
 * but pg_catalog to look in, mean the same under its search path. False if that is in doubt, as where
 * a column has a type that is not PostgreSQL's own: the arguments of anything can be of that type.
 */
export async function meansTheSameOnPath(
  session: Session,
  index: IndexDefinition,
  columns: ReadonlyMap<string, Column>,
): Promise<boolean> {
  // Elsewhere it is searched first, so that of two that fit equally well its own is taken.
  if (index.searchPath.some((schema) => /^pg_(catalog|temp)/.test(schema))) return false;
  const items = fragmentsOf(index).map((text) => `(${text}\n)`);
  const fields = [...fieldsOf(parseSync(`SELECT ${items.join(", ")}`))];
  if (fields.some(([, value]) => isQualified(value))) return false;
  const named = unqualifiedNames(fields);
  if (!named.columns.every((name) => columns.get(name)?.hasBuiltinType)) return false;
  // Of a CASE with a value, the grammar has no operator.
  const operators = [...named.operators, ...(fields.some(isComparingCase) ? ["="] : [])];
  const shadowing = await once(session, readNames);
  return !(
    shadowing.hasCast ||
    named.functions.some((name) => shadowing.functions.has(name)) ||
    named.types.some((name) => shadowing.types.has(name)) ||
    operators.some((name) => shadowing.operators.has(name))
  );
}

type NameNode = { readonly String?: { readonly sval: string }; readonly A_Star?: object };

/** A list of names with a schema other than pg_catalog, or with a table; `t.*` too. */
function isQualified(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const nodes = value as readonly NameNode[];
  const isNames = nodes.length > 1 && nodes.every((node) => node.String ?? node.A_Star);
  return isNames && nodes[0]?.String?.sval !== "pg_catalog";
}

function isComparingCase([key, node]: readonly [string, unknown]): boolean {
  return key === "CaseExpr" && (node as { readonly arg?: object }).arg !== undefined;
}
