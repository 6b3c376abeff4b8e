import type { Client } from "pg";
import type { DesiredIndex } from "../declare/desiredIndex";
import { cloneIndexStatement } from "../declare/statement";
import type { PlanNode } from "../explain/explain";
import { ident, qualified, searchPathValue } from "../text/sql";
import { fillLike, forgeIndexes, sizeIndexes } from "./fillTwin";
import type { Named, Production } from "./production/production";
import type { TwinServer } from "./server/twinServer";
import type { IndexSize } from "./size/indexSize";
import { makeTwinDatabase, type TwinDatabase } from "./twinDatabase";
import { CannotLookError, notBuilt, reasonOf } from "./twinMessages";
import { planWithout, type Redundant, readRedundant, type TwinQuery } from "./twinPlans";

/** The plans of a query in the twin. */
export interface TwinPlans {
  /** With the indexes that there are. */
  readonly before: PlanNode;
  readonly after: PlanNode;
  /** Without the redundant ones too; undefined if there are none. */
  readonly bare?: PlanNode;
  readonly failure?: undefined;
}

/** Why there is none. */
export interface Unplanned {
  readonly failure: string;
}

export interface Predicted {
  /** In the order of the questions. */
  readonly queries: readonly (TwinPlans | Unplanned)[];
  readonly size: readonly IndexSize[];
  /** What the new index makes redundant. */
  readonly redundant: readonly Redundant[];
  /** Expressions of the index whose statistics nobody knows yet. */
  readonly unknownExpressions: readonly string[];
  readonly missing: readonly string[];
  readonly remarks: readonly string[];
}

/** What is to be foretold. */
export interface Question {
  readonly production: Production;
  /** The index that is to be built. */
  readonly desired?: DesiredIndex;
  /** What goes: on its own, or because another takes its place under another name. */
  readonly dropped?: readonly Named[];
  readonly queries: readonly TwinQuery[];
}

/** Plans the queries on an empty copy, as it is and as it will be. Throws {@link CannotLookError}. */
export async function predictPlans(server: TwinServer, question: Question): Promise<Predicted> {
  const twin = await makeTwinDatabase(server, question.production);
  try {
    const notTaken = await fillTwin(server, twin, question);
    const { desired } = question;
    const { version } = question.production.database;
    const sized = await sizeIndexes(server, twin.client, desired ? [desired] : [], version);
    const going = await goingOf(twin.client, question);
    const redundant = desired
      ? (await readRedundant(twin.client, desired, question.production)).filter(
          (each) => !isIn(each, going),
        )
      : [];
    const standing = indexesAsCalled(question);
    await forgeIndexes(server, twin, standing, sized.size);
    const queries = [];
    for (const query of question.queries)
      queries.push(await planAll(twin.client, { query, desired, going, redundant }));
    const missing = [...twin.missing, ...notTaken];
    return { ...sized, queries, redundant, missing, remarks: twin.remarks };
  } finally {
    await twin.drop();
  }
}

/** What the index is called that is to be replaced under its own name. */
const OLD = "pgindex: what is replaced";

const isIn = ({ schema, name }: Named, list: readonly Named[]) =>
  list.some((each) => each.schema === schema && each.name === name);

/** Builds the index while there is nothing to read, then makes all as large as production. */
async function fillTwin(
  server: TwinServer,
  { client }: TwinDatabase,
  question: Question,
): Promise<string[]> {
  if (question.desired) await buildIndex(client, question.desired);
  return fillLike(server, client, {
    ...question.production,
    indexes: indexesAsCalled(question),
  });
}

const indexesAsCalled = ({ production, desired }: Question) =>
  production.indexes.map((each) => asCalled(each, desired));

function asCalled<T extends Named>(index: T, desired: DesiredIndex | undefined): T {
  return desired && isIn(index, [desired]) ? { ...index, name: OLD } : index;
}

async function buildIndex(client: Client, desired: DesiredIndex): Promise<void> {
  const { schema, table, name, searchPath } = desired;
  await client.query("SELECT set_config('search_path', $1, false)", [searchPathValue(searchPath)]);
  await client.query(`ALTER INDEX IF EXISTS ${qualified(schema, name)} RENAME TO ${ident(OLD)}`);
  try {
    await client.query(cloneIndexStatement(desired, qualified(schema, table), name));
  } catch (error) {
    throw new CannotLookError(notBuilt(reasonOf(error)), { cause: error });
  } finally {
    await client.query("SELECT set_config('search_path', '', false)");
  }
}

/** What will be gone, as far as the twin has it. */
async function goingOf(client: Client, { desired, dropped = [] }: Question): Promise<Named[]> {
  const others = dropped.filter((each) => !desired || !isIn(each, [desired]));
  const named = [...others, ...(desired ? [{ schema: desired.schema, name: OLD }] : [])];
  const { rows } = await client.query<Named>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_catalog.jsonb_to_recordset($1) AS w(schema name, name name)
       JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
      WHERE c.relkind IN ('i', 'I')`,
    [JSON.stringify(named)],
  );
  return rows;
}

interface Asked {
  readonly query: TwinQuery;
  readonly desired?: DesiredIndex;
  readonly going: readonly Named[];
  readonly redundant: readonly Redundant[];
}

async function planAll(
  client: Client,
  { query, desired, going, redundant }: Asked,
): Promise<TwinPlans | Unplanned> {
  try {
    const before = await planWithout(client, query, desired ? [desired] : []);
    const after = await planWithout(client, query, going);
    if (redundant.length === 0) return { before, after };
    return { before, after, bare: await planWithout(client, query, [...going, ...redundant]) };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}
