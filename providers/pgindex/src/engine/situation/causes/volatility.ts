import { onClone } from "../../compare/clone";
import type { IndexDefinition } from "../../declare/desiredIndex";
import { parsedFragments } from "../../reach/parsedText";
import type { Session } from "../../session/session";
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
 * Reads what the fragments call from the tree that the server makes of them: which function it is
 * depends on the types.
 */
async function callsOf(observer: Session, index: IndexDefinition): Promise<Calls | undefined> {
  const tried = await onClone(observer, async () => {
    const tree = await parsedFragments(observer, index);
    return {
      functions: await changingIn(observer, tree),
      readsClock: tree.includes("SQLVALUEFUNCTION"),
      castsByText: tree.includes("COERCEVIAIO"),
    };
  });
  return tried.kind === "ok" ? tried.value : undefined;
}

function changingIn(observer: Session, tree: string): Promise<CalledFunction[]> {
  return observer.query<CalledFunction>(
    `WITH called AS (
       SELECT m[1]::pg_catalog.oid AS oid
         FROM pg_catalog.regexp_matches($1, ':(?:funcid|opfuncid) (\\d+)', 'g') AS m
        UNION
       SELECT o.oprcode::pg_catalog.oid
         FROM pg_catalog.regexp_matches($1, ':opno (\\d+)', 'g') AS m
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
    [tree],
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
