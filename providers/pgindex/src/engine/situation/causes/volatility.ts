import { onClone } from "../../compare/clone";
import { fragmentsOf, type IndexDefinition } from "../../declare/desiredIndex";
import { withoutConstants } from "../../input/withoutConstants";
import type { Session } from "../../session/session";
import { setSettings } from "../../session/settings/setSettings";
import { qualified, searchPathValue } from "../../text/sql";
import { writtenNames } from "../near/writtenNames";
import type { Cause } from "./cause";
import { type CalledFunction, volatilityCause } from "./volatilityMessages";

interface Calls {
  readonly functions: CalledFunction[];
  /** CURRENT_DATE and its kin. */
  readonly readsClock: boolean;
  /** A cast by way of text, such as that of an enum, or of a time to text. */
  readonly castsByText: boolean;
}

/** Which function or cast of the declaration is not IMMUTABLE, and what to write instead. */
export async function changingFunction(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  const calls = await callsOf(observer, index);
  if (!calls) return undefined;
  const columns = await zonedColumns(observer, index);
  const [first] = calls.functions;
  if (first) return volatilityCause({ kind: "function", called: first }, columns[0]);
  if (calls.readsClock) return volatilityCause({ kind: "clock" }, columns[0]);
  return calls.castsByText ? volatilityCause({ kind: "cast" }, columns[0]) : undefined;
}

/**
 * Lets the server parse the fragments as a view, which runs nothing, and reads from its stored tree
 * what they call: which function it is depends on the types.
 */
async function callsOf(observer: Session, index: IndexDefinition): Promise<Calls | undefined> {
  const list = fragmentsOf(index).map((text, i) => `(${text}\n) AS e${i}`);
  const select = `SELECT ${list.join(", ")} FROM ${qualified(index.schema, index.table)}`;
  const tried = await onClone(observer, async () => {
    await setSettings(observer.query, "transaction", {
      search_path: searchPathValue(index.searchPath),
    });
    await observer.query(`CREATE TEMPORARY VIEW pgindex_calls AS ${withoutConstants(select)}`);
    const [tree] = await observer.query<Omit<Calls, "functions">>(
      `SELECT ev_action::text ~ 'SQLVALUEFUNCTION' AS "readsClock",
              ev_action::text ~ 'COERCEVIAIO' AS "castsByText"
         FROM pg_catalog.pg_rewrite
        WHERE ev_class = 'pg_temp.pgindex_calls'::pg_catalog.regclass`,
    );
    return tree && { ...tree, functions: await changingIn(observer) };
  });
  return tried.kind === "ok" ? tried.value : undefined;
}

function changingIn(observer: Session): Promise<CalledFunction[]> {
  return observer.query<CalledFunction>(
    `WITH tree AS (SELECT ev_action::text AS text FROM pg_catalog.pg_rewrite
                    WHERE ev_class = 'pg_temp.pgindex_calls'::pg_catalog.regclass),
          called AS (
       SELECT m[1]::pg_catalog.oid AS oid
         FROM tree, pg_catalog.regexp_matches(text, ':(?:funcid|opfuncid) (\\d+)', 'g') AS m
        UNION
       SELECT o.oprcode::pg_catalog.oid
         FROM tree, pg_catalog.regexp_matches(text, ':opno (\\d+)', 'g') AS m
         JOIN pg_catalog.pg_operator o ON o.oid = m[1]::pg_catalog.oid)
     SELECT p.proname AS name,
            pg_catalog.format('%I.%I(%s)', n.nspname, p.proname,
              pg_catalog.pg_get_function_identity_arguments(p.oid)) AS signature,
            p.provolatile = 'v' AS "isVolatile",
            n.nspname = 'pg_catalog' AS "isBuiltIn",
            1184 = ANY (p.proargtypes::pg_catalog.oid[]) AS "takesZoned"
       FROM called JOIN pg_catalog.pg_proc p USING (oid)
       JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
      WHERE p.provolatile <> 'i' ORDER BY p.provolatile DESC, p.proname`,
  );
}

/** The columns with a time zone that the fragments read. */
async function zonedColumns(observer: Session, index: IndexDefinition): Promise<string[]> {
  const rows = await observer.query<{ name: string }>(
    `SELECT a.attname AS name
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = ANY ($3)
        AND a.atttypid = 'timestamptz'::regtype ORDER BY a.attnum`,
    [index.schema, index.table, writtenNames(index).columns],
  );
  return rows.map(({ name }) => name);
}
