import type { IndexDefinition } from "../../declare/desiredIndex";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { once } from "../../session/sharedReads";

/** Names that mean PostgreSQL's own where only pg_catalog is searched, and may mean another's elsewhere. */
interface ShadowingNames {
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  readonly types: readonly string[];
  /** Somebody has made a cast between types of PostgreSQL's own. */
  readonly hasCast: boolean;
}

/** FirstGenbkiObjectId's range ends there: types, functions and operators below are PostgreSQL's own. */
const FIRST_OTHER_OID = 12000;

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
   WHERE t.oid < ${FIRST_OTHER_OID} OR t.typtype = 'd'
      OR EXISTS (SELECT FROM pg_cast k WHERE k.casttarget = t.oid AND k.castcontext = 'i'
                    AND k.castsource < ${FIRST_OTHER_OID}::oid)
   UNION
  SELECT t.oid FROM accepting JOIN pg_type t ON t.typelem = accepting.oid AND t.typcategory = 'A')
SELECT ARRAY(SELECT DISTINCT p.proname::text FROM pg_proc p
              WHERE p.oid >= ${FIRST_OTHER_OID}
                AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) AS a (type)
                                 WHERE type NOT IN (SELECT oid FROM accepting))) AS functions,
       ARRAY(SELECT DISTINCT o.oprname::text FROM pg_operator o
              WHERE o.oid >= ${FIRST_OTHER_OID} AND NOT EXISTS (
                    SELECT FROM unnest(ARRAY[o.oprleft, o.oprright]) AS a (type)
                     WHERE type <> 0 AND type NOT IN (SELECT oid FROM accepting))) AS operators,
       ARRAY(SELECT t.typname::text FROM pg_type t
              WHERE t.oid >= ${FIRST_OTHER_OID}
                AND t.typnamespace = 'pg_catalog'::regnamespace) AS types,
       EXISTS (SELECT FROM pg_cast k WHERE k.oid >= ${FIRST_OTHER_OID}::oid
                  AND k.castsource < ${FIRST_OTHER_OID}::oid
                  AND k.casttarget < ${FIRST_OTHER_OID}::oid) AS "hasCast"`;

async function readNames(session: Session): Promise<ShadowingNames> {
  return onlyRow(await session.query<ShadowingNames>(NAMES));
}

/**
 * Whether a text that the server printed with nothing but pg_catalog to look in means the same under
 * the search path of a declaration. False if that is in doubt.
 *
 * `isOwnColumn`: whether a name is that of a column with a type that is not PostgreSQL's own: then
 * the arguments of any function or operator can be of that type.
 */
export async function meansTheSameOnPath(
  session: Session,
  { searchPath }: Pick<IndexDefinition, "searchPath">,
  text: string,
  isOwnColumn: (name: string) => boolean,
): Promise<boolean> {
  // Elsewhere it is searched first, so that of two that fit equally well its own is taken.
  if (searchPath.some((schema) => /^pg_(catalog|temp)/.test(schema))) return false;
  const found = namesIn(text);
  if (!found) return false;
  const { functions, operators, types, hasCast } = await once(session, readNames);
  const named = new Set([...functions, ...types]);
  const isShadowed = [...found.names].some((name) => named.has(name) || isOwnColumn(name));
  return !hasCast && !isShadowed && !operators.some((name) => found.operators.has(name));
}

const TOKEN =
  /E?'(?:[^']|'')*'|"(?:[^"]|"")*"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d+(?:\.\d+)?(?:e[+-]?\d+)?|[-+*/<>=~!@#%^&|\x60?]+|\s+|[(),:[\]]/y;

/** They look for an operator = that they do not name. */
const EQUATING = ["DISTINCT", "NULLIF", "CASE"];

interface Names {
  readonly names: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
}

/** What a printed text names; undefined where anything has a schema, or could not be told. */
function namesIn(text: string): Names | undefined {
  const [names, operators] = [new Set<string>(), new Set<string>()];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return undefined;
    if (/^E?'|^[\d\s(),:[\]]/.test(token)) continue;
    if (token.startsWith('"')) names.add(token.slice(1, -1).replaceAll('""', '"'));
    else if (/^[A-Za-z_\u0080-\uffff]/.test(token)) names.add(token);
    else operators.add(token);
  }
  if (EQUATING.some((word) => names.has(word))) operators.add("=");
  return { names, operators };
}
