import type { IndexDefinition } from "../../declare/desiredIndex";
import type { FunctionName } from "../../input/namesInQuery";
import type { Session } from "../../session/session";
import { similarNames } from "../../text/similarNames";
import type { Cause } from "../causes/cause";
import { extensionWith } from "./extensions";
import {
  bodyCause,
  extensionCause,
  nearFunctionCause,
  signaturesCause,
  unseenCause,
} from "./nameMessages";
import { writtenNames } from "./writtenNames";

/** Where a function, a type or an operator of that name is. */
interface Place {
  readonly schema: string;
  readonly name: string;
}

/** Their catalogs, and how the names of the columns begin there. */
const CATALOGS = {
  function: ["pg_proc", "pro"],
  type: ["pg_type", "typ"],
  operator: ["pg_operator", "opr"],
} as const;

function placesOf(
  observer: Session,
  kind: keyof typeof CATALOGS,
  names: readonly string[],
): Promise<Place[]> {
  const [catalog, prefix] = CATALOGS[kind];
  return observer.query<Place>(
    `SELECT n.nspname AS schema, c.${prefix}name AS name
       FROM ${catalog} c JOIN pg_namespace n ON n.oid = c.${prefix}namespace
      WHERE c.${prefix}name = ANY ($1) ORDER BY 1`,
    [names],
  );
}

/** The first function, type or operator of the declaration that the search_path does not find. */
export async function unseenName(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  const written = writtenNames(index);
  const unqualified = written.functions.filter(({ schema }) => schema === undefined);
  const named = {
    function: unqualified.map(({ name }) => name),
    type: written.types,
    operator: written.operators,
  };
  for (const kind of ["function", "type", "operator"] as const) {
    const names = named[kind];
    const places = await placesOf(observer, kind, names);
    const seen = new Set(["pg_catalog", ...index.searchPath]);
    const unseen = names.find((it) => !places.some((p) => p.name === it && seen.has(p.schema)));
    if (unseen === undefined) continue;
    const schemas = places.filter(({ name }) => name === unseen).map(({ schema }) => schema);
    if (schemas.length > 0) return unseenCause(kind, unseen, [...new Set(schemas)]);
    const needed = kind === "operator" ? undefined : await extensionWith(observer, kind, unseen);
    if (needed) return extensionCause(needed);
    if (kind === "function") return nearFunction(observer, unseen, [...seen]);
  }
  return signatures(observer, written.functions, index.searchPath);
}

async function nearFunction(
  observer: Session,
  name: string,
  schemas: readonly string[],
): Promise<Cause> {
  const rows = await observer.query<{ name: string }>(
    `SELECT DISTINCT p.proname AS name
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = ANY ($1) AND p.prokind = 'f'
        AND p.prorettype NOT IN ('internal'::regtype, 'trigger'::regtype)`,
    [schemas],
  );
  const names = rows.map((row) => row.name);
  return nearFunctionCause(name, similarNames(name, names));
}

/** The functions are there, so it is the types of their arguments. */
async function signatures(
  observer: Session,
  functions: readonly FunctionName[],
  searchPath: readonly string[],
): Promise<Cause | undefined> {
  // Which of several it was, only the message says.
  const [only, ...others] = [...new Set(functions.map(({ name }) => name))];
  if (only === undefined || others.length > 0) return undefined;
  const rows = await observer.query<{ signature: string }>(
    `SELECT DISTINCT format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid))
              AS signature
       FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE p.proname = $1 AND n.nspname = ANY ($2) ORDER BY 1`,
    [only, ["pg_catalog", ...searchPath]],
  );
  if (rows.length === 0) return undefined;
  return signaturesCause(
    only,
    rows.map((row) => row.signature),
  );
}

/** A function whose own body names something that it does not find under an index's search_path. */
export async function unqualifiedBody(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  if (observer.serverVersion < 170000) return undefined;
  const { functions } = writtenNames(index);
  const rows = await observer.query<{ signature: string; schema: string }>(
    `SELECT format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
              AS signature, n.nspname AS schema
       FROM pg_proc p
       JOIN pg_namespace n ON n.oid = p.pronamespace
       JOIN pg_language l ON l.oid = p.prolang
      WHERE p.proname = ANY ($1) AND n.nspname = ANY ($2) AND l.lanname NOT IN ('c', 'internal')
        AND NOT coalesce(p.proconfig::text ~ 'search_path=', false)
      ORDER BY array_position($2, n.nspname::text), p.proname`,
    [functions.map(({ name }) => name), [...index.searchPath, ...schemasOf(functions)]],
  );
  const [first] = rows;
  if (!first) return undefined;
  return bodyCause(first.signature, [...new Set([first.schema, ...index.searchPath])]);
}

function schemasOf(functions: readonly FunctionName[]): string[] {
  return functions.flatMap(({ schema }) => schema ?? []);
}
