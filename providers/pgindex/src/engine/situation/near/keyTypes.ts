import { onClone } from "../../compare/clone";
import type { IndexDefinition, IndexKey } from "../../declare/desiredIndex";
import { withoutConstants } from "../../input/withoutConstants";
import type { Session } from "../../session/session";
import { setSettings } from "../../session/settings/setSettings";
import { ident, qualified, searchPathValue } from "../../text/sql";
import type { Cause } from "../causes/cause";
import { type OfferedClass, operatorClassCause } from "./classMessages";
import { type NeededExtension, neededExtension } from "./extensions";

/** A key and the type of its values. */
export interface TypedKey {
  readonly key: IndexKey;
  readonly oid: number;
  /** As PostgreSQL prints it. */
  readonly type: string;
  /** With its modifier, such as a length; of a domain, what is below it. */
  readonly declared: string;
}

/** What to write for a key whose type has no operator class there, or another than the declared. */
export async function fittingOperatorClass(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  for (const typed of await typesOf(observer, index)) {
    const fitting = await classesOf(observer, typed.oid);
    const here = fitting.filter(({ method }) => method === index.accessMethod);
    const declared = typed.key.operatorClass?.name;
    const isRight =
      declared === undefined
        ? here.some(({ isDefault }) => isDefault)
        : here.some(({ name }) => name === declared);
    if (isRight) continue;
    const needed =
      here.length > 0 ? undefined : await extensionFor(observer, index.accessMethod, typed);
    const methods = fitting.flatMap(({ method, isDefault }) => (isDefault ? [method] : []));
    return operatorClassCause(typed, index, {
      classes: here,
      methods: [...new Set(methods)].sort(),
      ...(needed && { extension: needed }),
    });
  }
  return undefined;
}

/**
 * Asks the server, which only parses the expressions: CREATE TABLE AS … WITH NO DATA neither plans nor
 * runs anything.
 */
export async function typesOf(observer: Session, index: IndexDefinition): Promise<TypedKey[]> {
  const { schema, table, keys, searchPath } = index;
  const list = keys.map(({ column, expression }, i) => {
    const what = column === undefined ? `(${expression}\n)` : ident(column);
    return `${what} AS k${i}`;
  });
  const select = `SELECT ${list.join(", ")} FROM ${qualified(schema, table)}`;
  const tried = await onClone(observer, async () => {
    await setSettings(observer.query, "transaction", {
      search_path: searchPathValue(searchPath),
    });
    await observer.query(
      `CREATE TEMPORARY TABLE pgindex_types ON COMMIT DROP AS
         ${withoutConstants(select)} WITH NO DATA`,
    );
    return observer.query<Omit<TypedKey, "key">>(
      `SELECT base.oid::int8::float8 AS oid, pg_catalog.format_type(t.oid, NULL) AS type,
              pg_catalog.format_type(base.oid, base.modifier) AS declared
         FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (
              SELECT t.typbasetype AS oid, t.typtypmod AS modifier WHERE t.typtype = 'd'
              UNION ALL SELECT t.oid, a.atttypmod WHERE t.typtype <> 'd') base
        WHERE a.attrelid = 'pg_temp.pgindex_types'::pg_catalog.regclass AND a.attnum > 0
        ORDER BY a.attnum`,
    );
  });
  if (tried.kind !== "ok") return [];
  return keys.flatMap((key, i) => tried.value.slice(i, i + 1).map((typed) => ({ key, ...typed })));
}

/** The operator classes of every method that take the type, as GetDefaultOpClass looks for them. */
function classesOf(observer: Session, type: number): Promise<OfferedClass[]> {
  return observer.query<OfferedClass>(
    `SELECT n.nspname AS schema, o.opcname AS name, m.amname AS method, o.opcdefault AS "isDefault"
       FROM pg_opclass o
       JOIN pg_namespace n ON n.oid = o.opcnamespace
       JOIN pg_am m ON m.oid = o.opcmethod
       JOIN pg_type t ON t.oid = $1::int8::oid
      WHERE o.opcintype = t.oid
         OR (o.opcintype = 'anyarray'::regtype AND t.typelem <> 0 AND t.typcategory = 'A')
         OR (o.opcintype = 'anyenum'::regtype AND t.typtype = 'e')
         OR (o.opcintype = 'anyrange'::regtype AND t.typtype = 'r')
         OR EXISTS (SELECT FROM pg_cast c
                     WHERE c.castsource = t.oid AND c.casttarget = o.opcintype
                       AND c.castmethod = 'b' AND c.castcontext = 'i')
      ORDER BY o.opcdefault DESC, n.nspname, o.opcname`,
    [type],
  );
}

const TEXTS = ["text", "character varying", "character", "name"];

/** The extension that gives the method an operator class for the type. */
async function extensionFor(
  observer: Session,
  method: string,
  { oid, type }: TypedKey,
): Promise<NeededExtension | undefined> {
  if (method !== "gin" && method !== "gist") return undefined;
  const isText = TEXTS.some((name) => type === name || type.startsWith(`${name}(`));
  if (isText) return neededExtension(observer, "pg_trgm");
  // Both cover the types that a btree can index.
  const scalar = await observer.query(
    `SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
      WHERE m.amname = 'btree' AND o.opcdefault AND o.opcintype = $1::int8::oid`,
    [oid],
  );
  return scalar.length > 0 ? neededExtension(observer, `btree_${method}`) : undefined;
}
