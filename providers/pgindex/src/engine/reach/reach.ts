import type { Session } from "../session/session";
import { functionsNamed } from "./namedThings";
import { FUNCTIONS, nextSql, readableWays } from "./reachQueries";
import { FIRST_OWN_OID, type Reference, referencesOf } from "./treeReferences";

/** When a function runs: while the text is parsed, while it is planned, or when it is executed. */
export type Moment = "parsed" | "planned" | "run";

/** A function that a text calls, itself or by way of something else. */
export interface ReachedFunction {
  readonly schema: string;
  readonly name: string;
  /** As in `public.norm(text)`. */
  readonly signature: string;
  readonly owner: string;
  /** It may do anything: it is VOLATILE, or runs SQL that is an argument. */
  readonly isVolatile: boolean;
  /** Its owner has fewer rights than the login that it would run as. */
  readonly isForeign: boolean;
  readonly moment: Moment;
}

/** Where to begin: a tree, or something of the catalog. */
export type Root =
  | {
      readonly kind: "tree";
      readonly tree: string;
      readonly isStored?: boolean;
      /** Only its expressions matter: the tables that it reads are not read. */
      readonly isExpression?: boolean;
    }
  | { readonly kind: Exclude<Reference["kind"], "column">; readonly oid: number };

/**
 * Built-in functions that are VOLATILE because of their result but have no side effects. The
 * query's timeout ends a sleep.
 */
const HARMLESS: readonly string[] = [
  ...["random", "random_normal", "setseed", "gen_random_uuid", "uuidv4", "uuidv7"],
  ...["clock_timestamp", "timeofday", "pg_sleep", "pg_sleep_for", "pg_sleep_until"],
];

/** Functions in C that say STABLE, and run a text as SQL or read whatever relation they are told. */
const RUN_TEXT: readonly string[] = [
  ...["table_to_xml", "table_to_xml_and_xmlschema", "schema_to_xml"],
  ...["schema_to_xml_and_xmlschema", "database_to_xml", "database_to_xml_and_xmlschema"],
  ...["crosstab", "crosstab2", "crosstab3", "crosstab4", "crosstab_hash", "connectby"],
  ...["xpath_table"],
];

interface Thing {
  readonly kind: Reference["kind"];
  readonly oid: number;
  readonly moment: Moment;
}

interface Next {
  readonly kind: Thing["kind"] | "tree";
  readonly oid: number;
  readonly tree: string | null;
  readonly moment: Moment;
}

interface FunctionRow extends Omit<ReachedFunction, "moment"> {
  readonly oid: number;
  readonly body: string | null;
  readonly path: string | null;
}

/**
 * Every function that the roots call, in whatever form and by whatever way: operators, aggregates,
 * casts, domains, views, policies, the bodies of functions in SQL, and what the planner computes.
 * Reads the catalog, whose search_path must be `pg_catalog` and nothing before it. `path`: schemas
 * in which a body looks its names up.
 *
 * A function in another language is taken at its word: STABLE and IMMUTABLE ones change nothing.
 */
export async function functionsReached(
  session: Session,
  roots: readonly Root[],
  path: readonly string[],
): Promise<ReachedFunction[]> {
  const seen = new Set<string>();
  const functions = new Map<string, ReachedFunction>();
  const ways = await readableWays(session);
  let things = onlyNew(roots.flatMap(thingsOf), seen);
  while (things.length > 0) {
    const called = things.filter(({ kind }) => kind === "function");
    const rows = await describe(session, called);
    for (const { oid, moment } of called) {
      const row = rows.find((each) => each.oid === oid);
      if (row) functions.set(`${oid} ${moment}`, { ...row, moment });
    }
    const next = await nextOf(session, ways, things);
    const inBodies = await calledInBodies(session, called, rows, path);
    things = onlyNew([...next.flatMap(followed), ...inBodies], seen);
  }
  return [...functions.values()];
}

/** What initdb made leads to nothing else. */
const isOwn = ({ oid }: Thing): boolean => oid >= FIRST_OWN_OID;

async function nextOf(
  session: Session,
  ways: readonly string[],
  things: readonly Thing[],
): Promise<readonly Next[]> {
  const own = things.filter(isOwn);
  if (own.length === 0) return [];
  return session.query<Next>(nextSql(ways), [
    own.map(({ kind }) => kind),
    own.map(({ oid }) => oid),
    own.map(({ moment }) => moment),
  ]);
}

function thingsOf(root: Root): Thing[] {
  if (root.kind !== "tree") return [{ ...root, moment: "run" }];
  // The constants of a stored tree have been read.
  const references = referencesOf(root.tree)
    .filter(({ isConstant }) => !isConstant || !root.isStored)
    .filter(({ kind }) => !root.isExpression || (kind !== "relation" && kind !== "column"));
  return references.map(({ kind, oid, isConstant }) => ({
    kind,
    oid,
    moment: isConstant ? "parsed" : kind === "column" ? "planned" : "run",
  }));
}

function followed({ kind, oid, tree, moment }: Next): Thing[] {
  if (kind !== "tree") return [{ kind, oid, moment }];
  return thingsOf({ kind: "tree", tree: tree ?? "", isStored: true }).map((thing) => ({
    ...thing,
    moment: moment === "run" ? thing.moment : moment,
  }));
}

function onlyNew(things: readonly Thing[], seen: Set<string>): Thing[] {
  return things.filter((thing) => {
    const key = JSON.stringify([thing.kind, thing.oid, thing.moment]);
    if (seen.has(key) || !(isOwn(thing) || thing.kind === "function")) return false;
    seen.add(key);
    return true;
  });
}

async function describe(
  session: Session,
  called: readonly Pick<Thing, "oid">[],
): Promise<FunctionRow[]> {
  if (called.length === 0) return [];
  const oids = called.map(({ oid }) => oid);
  return session.query<FunctionRow>(FUNCTIONS, [oids, HARMLESS, RUN_TEXT]);
}

/** What the bodies of functions in SQL call, by name: their text is parsed only when they run. */
async function calledInBodies(
  session: Session,
  called: readonly Thing[],
  rows: readonly FunctionRow[],
  path: readonly string[],
): Promise<Thing[]> {
  const found: Thing[] = [];
  for (const { oid, body, path: own } of rows) {
    if (body === null) continue;
    const named = await functionsNamed(session, body, own === null ? path : schemasOf(own));
    const moments = called.filter((thing) => thing.oid === oid).map(({ moment }) => moment);
    for (const moment of moments) found.push(...named.map((each) => ({ ...each, moment })));
  }
  return found;
}

function schemasOf(searchPath: string): string[] {
  return searchPath.split(",").map((name) => name.trim().replaceAll('"', ""));
}
