import type { Session } from "../session/session";

/**
 * What a thing of the catalog leads to, one line for each kind of way. `i` is the thing: its kind,
 * its OID and when it runs. A line gives the next thing, or a stored tree; `moment` overrides when.
 *
 * While it plans, the server computes whatever is constant in the expressions of the table's
 * indexes, constraints, partition key and statistics, whatever the query is (relcache.c, plancat.c).
 */
const WAYS: readonly string[] = [
  `SELECT 'function', o.oprcode::oid, NULL::text, NULL::text
  FROM pg_operator o WHERE i.kind = 'operator' AND o.oid = i.oid`,
  `SELECT 'function', p.amproc::oid, NULL, NULL
  FROM pg_amop m JOIN pg_amproc p ON p.amprocfamily = m.amopfamily
 WHERE i.kind = 'operator' AND m.amopopr = i.oid`,
  `SELECT 'function', f, NULL, NULL FROM pg_aggregate a, unnest(ARRAY[
         a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
         a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[]) AS f
 WHERE i.kind = 'function' AND a.aggfnoid::oid = i.oid AND f <> 0`,
  `SELECT 'operator', a.aggsortop, NULL, NULL FROM pg_aggregate a
 WHERE i.kind = 'function' AND a.aggfnoid::oid = i.oid AND a.aggsortop <> 0`,
  `SELECT 'type', n.oid, NULL, NULL FROM pg_type t, unnest(ARRAY[t.typbasetype, t.typelem]
         || ARRAY(SELECT a.atttypid FROM pg_attribute a
                   WHERE a.attrelid = t.typrelid AND t.typrelid <> 0 AND a.attnum > 0
                     AND NOT a.attisdropped)
         || ARRAY(SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = t.oid)) AS n (oid)
 WHERE i.kind = 'type' AND t.oid = i.oid AND n.oid <> 0`,
  `SELECT 'tree', 0::oid, c.conbin::text, NULL FROM pg_constraint c
 WHERE i.kind = 'type' AND c.contypid = i.oid AND c.conbin IS NOT NULL`,
  `SELECT 'function', p.amproc::oid, NULL, NULL FROM pg_amproc p
 WHERE i.kind = 'type' AND p.amproclefttype = i.oid`,
  `SELECT 'function', f, NULL, 'planned'
  FROM pg_range r, unnest(ARRAY[r.rngcanonical, r.rngsubdiff]::oid[]) AS f
 WHERE i.kind IN ('type', 'column') AND r.rngtypid = i.oid AND f <> 0`,
  // To compare ranges is to compare their bounds, be they elements of an array or fields of a row.
  `SELECT 'function', p.amproc::oid, NULL, NULL
  FROM pg_range r JOIN pg_opclass o ON o.oid = r.rngsubopc
  JOIN pg_amproc p ON p.amprocfamily = o.opcfamily
 WHERE i.kind IN ('type', 'column') AND r.rngtypid = i.oid`,
  `SELECT 'column', n.oid, NULL, NULL FROM pg_type t, unnest(ARRAY[t.typbasetype, t.typelem]
         || ARRAY(SELECT a.atttypid FROM pg_attribute a
                   WHERE a.attrelid = t.typrelid AND t.typrelid <> 0 AND a.attnum > 0
                     AND NOT a.attisdropped)) AS n (oid)
 WHERE i.kind = 'column' AND t.oid = i.oid AND n.oid <> 0`,
  `SELECT 'tree', 0::oid, w.ev_action::text, NULL
  FROM pg_class c JOIN pg_rewrite w ON w.ev_class = c.oid
 WHERE i.kind = 'relation' AND c.oid = i.oid AND c.relkind = 'v'`,
  `SELECT 'relation', h.inhrelid, NULL, NULL FROM pg_inherits h
 WHERE i.kind = 'relation' AND h.inhparent = i.oid`,
  `SELECT 'tree', 0::oid, l.polqual::text, NULL
  FROM pg_class c JOIN pg_policy l ON l.polrelid = c.oid
 WHERE i.kind = 'relation' AND c.oid = i.oid AND c.relrowsecurity AND l.polqual IS NOT NULL`,
  `SELECT 'tree', 0::oid, t, 'planned' FROM pg_index x, unnest(ARRAY[x.indexprs, x.indpred]::text[]) AS t
 WHERE i.kind = 'relation' AND x.indrelid = i.oid AND t IS NOT NULL`,
  `SELECT 'function', p.amproc::oid, NULL, NULL
  FROM pg_index x, unnest(x.indclass) AS k JOIN pg_opclass o ON o.oid = k
  JOIN pg_amproc p ON p.amprocfamily = o.opcfamily
 WHERE i.kind = 'relation' AND x.indrelid = i.oid`,
  `SELECT 'tree', 0::oid, c.conbin::text, 'planned' FROM pg_constraint c
 WHERE i.kind = 'relation' AND c.conrelid = i.oid AND c.contype = 'c'`,
  `SELECT 'tree', 0::oid, p.partexprs::text, 'planned' FROM pg_partitioned_table p
 WHERE i.kind = 'relation' AND p.partrelid = i.oid AND p.partexprs IS NOT NULL`,
  `SELECT 'function', p.amproc::oid, NULL, 'planned'
  FROM pg_partitioned_table t, unnest(t.partclass) AS k JOIN pg_opclass o ON o.oid = k
  JOIN pg_amproc p ON p.amprocfamily = o.opcfamily
 WHERE i.kind = 'relation' AND t.partrelid = i.oid`,
  // What a row that is written meets.
  `SELECT 'function', t.tgfoid, NULL, NULL FROM pg_trigger t
 WHERE i.kind = 'written' AND t.tgrelid = i.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D'`,
  `SELECT 'tree', 0::oid, e, NULL FROM (
   SELECT t.tgqual FROM pg_trigger t WHERE t.tgrelid = i.oid
    UNION ALL SELECT d.adbin FROM pg_attrdef d WHERE d.adrelid = i.oid
    UNION ALL SELECT c.conbin FROM pg_constraint c WHERE c.conrelid = i.oid AND c.contype = 'c'
    UNION ALL SELECT l.polwithcheck FROM pg_policy l WHERE l.polrelid = i.oid
    UNION ALL SELECT w.ev_action FROM pg_rewrite w WHERE w.ev_class = i.oid) AS x (tree),
   CAST(x.tree AS text) AS e
 WHERE i.kind = 'written' AND e IS NOT NULL`,
  `SELECT 'type', a.atttypid, NULL, NULL FROM pg_attribute a
 WHERE i.kind = 'written' AND a.attrelid = i.oid AND a.attnum > 0 AND NOT a.attisdropped`,
];

const FROM_14: readonly string[] = [
  `SELECT 'tree', 0::oid, p.prosqlbody::text, NULL FROM pg_proc p
 WHERE i.kind = 'function' AND p.oid = i.oid AND p.prosqlbody IS NOT NULL`,
  `SELECT 'tree', 0::oid, s.stxexprs::text, 'planned' FROM pg_statistic_ext s
 WHERE i.kind = 'relation' AND s.stxrelid = i.oid AND s.stxexprs IS NOT NULL`,
  `SELECT 'type', r.rngtypid, NULL, NULL FROM pg_range r
 WHERE i.kind IN ('type', 'column') AND r.rngmultitypid = i.oid`,
];

/** The ways whose catalogs our role may read: an administrator can revoke some from PUBLIC. */
export async function readableWays(session: Session): Promise<readonly string[]> {
  const ways = session.serverVersion >= 140000 ? [...WAYS, ...FROM_14] : WAYS;
  const rows = await session.query<{ name: string }>(
    `SELECT relname::text AS name FROM pg_class
      WHERE relnamespace = 'pg_catalog'::regnamespace AND relname = ANY ($1::name[])
        AND NOT has_table_privilege(oid, 'SELECT')`,
    [[...new Set(ways.flatMap((way) => way.match(/\bpg_\w+/g) ?? []))]],
  );
  const hidden = rows.map(({ name }) => name);
  return ways.filter((way) => !hidden.some((name) => new RegExp(`\\b${name}\\b`).test(way)));
}

/** Of several things, $1 to $3, those that they lead to. */
export function nextSql(ways: readonly string[]): string {
  return `
SELECT DISTINCT n.kind, n.oid::int8::float8 AS oid, n.tree, coalesce(n.moment, i.moment) AS moment
  FROM ROWS FROM (unnest($1::text[]), unnest($2::int8[]), unnest($3::text[])) AS g (kind, number, moment),
       LATERAL (SELECT g.kind, g.number::oid AS oid, g.moment) AS i,
       LATERAL (${ways.join("\nUNION ALL\n")}) AS n (kind, oid, tree, moment)`;
}

/**
 * What is said of functions. Whose owner can become our login gains nothing when his function runs
 * as our login: a superuser, the login itself, a member of it. Only a superuser writes in C.
 */
export const FUNCTIONS = `
SELECT p.oid::int8::float8 AS oid, n.nspname::text AS schema, p.proname::text AS name,
       p.oid::regprocedure::text AS signature, pg_get_userbyid(p.proowner)::text AS owner,
       p.provolatile = 'v' AND NOT (n.nspname = 'pg_catalog' AND p.proname = ANY ($2::name[]))
         OR l.lanname IN ('c', 'internal') AND p.proname = ANY ($3::name[]) AS "isVolatile",
       l.lanname NOT IN ('c', 'internal') AND NOT pg_has_role(p.proowner, session_user, 'MEMBER')
         AS "isForeign",
       CASE WHEN l.lanname = 'sql' AND p.oid >= 16384 THEN p.prosrc END AS body,
       (SELECT substr(c, 13) FROM unnest(p.proconfig) AS c WHERE c LIKE 'search\\_path=%') AS path
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  JOIN pg_language l ON l.oid = p.prolang
 WHERE p.oid = ANY ($1::int8[]::oid[])
 ORDER BY n.nspname, p.proname`;
