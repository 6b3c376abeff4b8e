import { makeClone, onClone } from "../compare/clone";
import type { DesiredIndex } from "../declare/desiredIndex";
import { foreignCodeOf } from "../reach/tableCode";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";

/** What a unique index compares, as SQL that runs nothing of the database's own. */
export interface UniqueKey {
  readonly kind: "readable";
  /** Each key, and the collation to group it by. */
  readonly keys: readonly KeyExpression[];
  readonly predicate: string | null;
}

interface KeyExpression {
  readonly expression: string;
  readonly collation: string | null;
}

/** Why we do not evaluate a key. */
export interface UnreadableKey {
  readonly kind: "unreadable";
  readonly why: string;
}

/**
 * Reads the key of a declared unique index from an empty clone of its table: what the server has
 * made of the expressions, with every name qualified.
 *
 * An expression is evaluated by whoever asks. CREATE INDEX becomes the table's owner for that; a
 * query of ours would run a function of the database's own with the rights of our role. So only
 * functions that a superuser has vouched for are run: PostgreSQL's own, and those in C.
 *
 * @see https://www.postgresql.org/docs/current/sql-createfunction.html (LANGUAGE)
 */
export async function readUniqueKey(
  session: Session,
  desired: DesiredIndex,
): Promise<UniqueKey | UnreadableKey> {
  const read = await onClone(session, async () => {
    const { oid } = (await makeClone(session, desired)).index;
    const own = await session.query<{ name: string }>(OWN_CODE, [oid]);
    const keys = await session.query<KeyRow>(KEYS, [oid]);
    const predicates = await session.query<{ predicate: string | null }>(PREDICATE, [oid]);
    const foreign = await foreignCodeOf(session, desired);
    return { own, keys, foreign, predicate: onlyRow(predicates).predicate };
  });
  // The declaration itself has been tried on a clone before.
  if (read.kind !== "ok") return unreadable("the server lets nobody try the declaration on a copy");
  const { own, keys, foreign, predicate } = read.value;
  const [first] = own;
  if (first) return unreadable(`it would run code of the database's own (${first.name})`);
  if (foreign)
    return unreadable(`to plan it would run ${foreign.signature}, by the table's indexes`);
  const odd = keys.find(({ isUsual }) => !isUsual);
  if (odd)
    return unreadable("its operator class compares in another way than the column's type does");
  return { kind: "readable", keys, predicate };
}

function unreadable(why: string): UnreadableKey {
  return { kind: "unreadable", why };
}

interface KeyRow extends KeyExpression {
  /** GROUP BY compares as the index does: by the type's own equality. */
  readonly isUsual: boolean;
}

/**
 * What the index depends on beside columns. PostgreSQL's own functions, operators and types are
 * pinned and so not listed. A cast to a domain or to a composite type can run the CHECK of a domain.
 */
const OWN_CODE = `
SELECT pg_describe_object(d.refclassid, d.refobjid, 0) AS name
  FROM pg_depend d
  LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  LEFT JOIN pg_type y ON d.refclassid = 'pg_type'::regclass AND y.oid = d.refobjid
  LEFT JOIN pg_proc p ON p.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass
                                      THEN d.refobjid ELSE o.oprcode END
  LEFT JOIN pg_language l ON l.oid = p.prolang
 WHERE d.classid = 'pg_class'::regclass AND d.objid = $1
   AND (l.lanname NOT IN ('c', 'internal') OR y.typtype NOT IN ('b', 'e'))
 LIMIT 1`;

/**
 * The operator classes of text patterns order in another way, but what is equal is the same. Any
 * other than the type's default could compare as it likes, such as text_ops for citext.
 */
const KEYS = `
SELECT pg_get_indexdef(i.indexrelid, k, false) AS expression,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname)
          FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
         WHERE c.oid = i.indcollation[k - 1]) AS collation,
       CASE WHEN oc.opcname IN ('text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops')
            THEN base.oid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
            ELSE oc.opcdefault AND (oc.opcintype = base.oid OR NOT EXISTS (
                 SELECT FROM pg_opclass usual
                  WHERE usual.opcmethod = oc.opcmethod AND usual.opcdefault
                    AND usual.opcintype = base.oid)) END AS "isUsual"
  FROM pg_index i
 CROSS JOIN generate_series(1, i.indnkeyatts) AS k
  JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = k
  JOIN pg_opclass oc ON oc.oid = i.indclass[k - 1]
 CROSS JOIN LATERAL (
       WITH RECURSIVE types (oid, base, kind) AS (
         SELECT y.oid, y.typbasetype, y.typtype FROM pg_type y WHERE y.oid = a.atttypid
          UNION ALL
         SELECT y.oid, y.typbasetype, y.typtype
           FROM types JOIN pg_type y ON types.kind = 'd' AND y.oid = types.base)
       SELECT oid FROM types WHERE kind <> 'd') AS base
 WHERE i.indexrelid = $1 ORDER BY k`;

const PREDICATE =
  "SELECT pg_get_expr(indpred, indrelid) AS predicate FROM pg_index WHERE indexrelid = $1";
