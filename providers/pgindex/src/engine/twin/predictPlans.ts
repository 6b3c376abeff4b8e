import type { Client } from "pg";
import type { DesiredIndex } from "../declare/desiredIndex";
import { cloneIndexStatement } from "../declare/statement";
import { errorText } from "../errors/advice";
import type { Explained, PlanNode } from "../explain/explain";
import type { ParameterValue } from "../measure/servedQueries";
import { ident, qualified, searchPathValue } from "../text/sql";
import { restoreExpressions } from "./expressionStatistics";
import { forgePages } from "./forgedPages";
import type { Production } from "./production/production";
import { lengthenFiles } from "./relationFiles";
import type { TwinServer } from "./server/twinServer";
import { heightOf } from "./size/btreeSize";
import { readIndexParts } from "./size/indexParts";
import { estimateIndexSize, type IndexSize } from "./size/indexSize";
import { restoreFigures, restoreStatistics } from "./statistics";
import { makeTwinDatabase, type TwinDatabase } from "./twinDatabase";
import { CannotLookError, notBuilt } from "./twinMessages";

/** A query as the application runs it. */
export interface TwinQuery {
  readonly name: string;
  readonly sql: string;
  /** The planner's settings and the search_path of the session that runs it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly values: readonly ParameterValue[];
}

/** The plans of a query in the twin. */
export interface TwinPlans {
  readonly name: string;
  /** With the indexes that there are. */
  readonly before: PlanNode;
  readonly after: PlanNode;
  /** Why there is none. */
  readonly failure?: undefined;
}

export interface Unplanned {
  readonly name: string;
  readonly failure: string;
}

export interface Predicted {
  readonly queries: readonly (TwinPlans | Unplanned)[];
  readonly size: readonly IndexSize[];
  /** Keys of the index whose statistics nobody knows yet. */
  readonly bare: readonly string[];
  readonly missing: readonly string[];
  readonly remarks: readonly string[];
}

/** What is to be foretold: an index that is to be built. */
export interface Question {
  readonly production: Production;
  readonly desired: DesiredIndex;
  readonly queries: readonly TwinQuery[];
}

/** Plans the queries on an empty copy, without the index and with it. Throws {@link CannotLookError}. */
export async function predictPlans(server: TwinServer, question: Question): Promise<Predicted> {
  const twin = await makeTwinDatabase(server, question.production);
  try {
    const notTaken = await fillTwin(server, twin, question);
    const { size, bare } = await sizeIndex(server, twin.client, question.desired);
    await forgeAll(server, twin, question, size);
    const queries = [];
    for (const query of question.queries)
      queries.push(await planBoth(twin.client, question.desired, query));
    return { queries, size, bare, missing: [...twin.missing, ...notTaken], remarks: twin.remarks };
  } finally {
    await twin.drop();
  }
}

/** Builds the index while there is nothing to read, then makes all as large as production. */
async function fillTwin(
  server: TwinServer,
  { client }: TwinDatabase,
  { production, desired }: Question,
): Promise<string[]> {
  const { schema, table, name, searchPath } = desired;
  await client.query("SELECT set_config('search_path', $1, false)", [searchPathValue(searchPath)]);
  await client.query(`ALTER INDEX IF EXISTS ${qualified(schema, name)} RENAME TO ${ident(OLD)}`);
  try {
    await client.query(cloneIndexStatement(desired, qualified(schema, table), name));
  } catch (error) {
    throw new CannotLookError(notBuilt(errorText(error)), { cause: error });
  } finally {
    await client.query("SELECT set_config('search_path', '', false)");
  }
  const lengths = [...production.relations, ...production.indexes].flatMap(({ pages, ...of }) =>
    pages === null ? [] : [{ schema: of.schema, name: of.name === name ? OLD : of.name, pages }],
  );
  await lengthenFiles(client, server.directory, lengths);
  return restoreStatistics(client, production);
}

/** What the index is called that is to be replaced under its own name. */
const OLD = "pgindex: what is replaced";

interface Sized {
  readonly size: IndexSize[];
  /** Expressions without statistics. */
  readonly bare: readonly string[];
}

async function sizeIndex(
  server: TwinServer,
  client: Client,
  { schema, name }: DesiredIndex,
): Promise<Sized> {
  const sizes: IndexSize[] = [];
  const bare: string[] = [];
  for (const part of await readIndexParts(client, schema, name))
    bare.push(...(await restoreExpressions(client, part)));
  for (const part of await readIndexParts(client, schema, name))
    sizes.push(await estimateIndexSize(client, part));
  const lengths = sizes.map(({ index, pages }) => ({ ...index, pages }));
  await lengthenFiles(client, server.directory, lengths);
  await restoreFigures(
    client,
    sizes.map(({ index, rows, pages }) => ({
      ...{ schemaname: index.schema, relname: index.name },
      ...{ relpages: pages, reltuples: rows, relallvisible: 0 },
    })),
  );
  return { size: sizes, bare };
}

/** After every other look at the indexes, which would bring their pages back into the buffers. */
async function forgeAll(
  server: TwinServer,
  { name: database }: TwinDatabase,
  { production, desired }: Question,
  sizes: readonly IndexSize[],
): Promise<void> {
  const standing = production.indexes.flatMap(({ schema, name, method, pages }) => {
    if (method !== "btree" || pages === null) return [];
    return [{ schema, name: name === desired.name ? OLD : name, height: heightOf(pages) }];
  });
  const fresh = sizes.map(({ index, height, gin }) => ({ ...index, height, gin }));
  const admin = await server.connect("postgres", database);
  try {
    await forgePages(admin, server.directory, [...standing, ...fresh]);
  } finally {
    await admin.end();
  }
}

async function planBoth(
  client: Client,
  { schema, name }: DesiredIndex,
  query: TwinQuery,
): Promise<TwinPlans | Unplanned> {
  try {
    const before = await planWithout(client, query, [qualified(schema, name)]);
    const after = await planWithout(client, query, []);
    return { name: query.name, before, after };
  } catch (error) {
    return { name: query.name, failure: errorText(error) };
  }
}

/** In a transaction that is rolled back, in which the indexes are dropped. */
async function planWithout(
  client: Client,
  { sql, settings, values }: TwinQuery,
  dropped: readonly string[],
): Promise<PlanNode> {
  await client.query("BEGIN");
  try {
    for (const index of dropped) await client.query(`DROP INDEX ${index} CASCADE`);
    await setAll(client, settings);
    const { rows } = await client.query<{ "QUERY PLAN": readonly Explained[] }>({
      text: `EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`,
      values: [...values],
    });
    const plan = rows[0]?.["QUERY PLAN"][0]?.Plan;
    if (!plan) throw new Error("EXPLAIN gave no plan");
    return plan;
  } finally {
    await client.query("ROLLBACK");
  }
}

/** A setting that 18 no longer has, or that only a superuser may make, decides no plan. */
async function setAll(client: Client, settings: Readonly<Record<string, string>>): Promise<void> {
  await client.query(
    `SELECT pg_catalog.set_config(w.name, w.value, true)
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS w (name, value)
      WHERE w.name = 'search_path' OR EXISTS (SELECT FROM pg_catalog.pg_settings s
              WHERE s.name = w.name AND s.context IN ('user') AND s.setting <> w.value)`,
    [Object.keys(settings), Object.values(settings)],
  );
}
