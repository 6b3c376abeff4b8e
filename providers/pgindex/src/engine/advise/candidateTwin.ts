import type { Client } from "pg";
import type { PlanNode } from "../explain/explain";
import { searchPathValue } from "../text/sql";
import { fillLike, forgeIndexes, sizeIndexes } from "../twin/fillTwin";
import type { Production } from "../twin/production/production";
import type { TwinServer } from "../twin/server/twinServer";
import type { Lacks } from "../twin/sureness";
import { makeTwinDatabase, type TwinDatabase } from "../twin/twinDatabase";
import { asSession, explainIn, setAll } from "../twin/twinPlans";
import {
  type BuiltCandidate,
  buildCandidates,
  extended,
  onlyNew,
} from "./candidates/builtCandidates";
import type { Candidate } from "./candidates/candidate";

/** A candidate in the twin, as long as it would be. */
export interface Built extends BuiltCandidate {
  readonly bytes: number;
}

interface Options {
  readonly production: Production;
  readonly candidates: readonly Candidate[];
  readonly searchPath: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

interface Made {
  readonly twin: TwinDatabase;
  readonly admin: Client;
  readonly built: readonly Built[];
  readonly lacks: Lacks;
}

/**
 * A copy of production's tables with every candidate, of which the planner sees those that it is
 * shown. Nothing of production is asked.
 */
export class CandidateTwin {
  private shown: readonly Built[] = [];
  private readonly twin: TwinDatabase;
  private readonly admin: Client;
  readonly built: readonly Built[];
  readonly lacks: Lacks;

  private constructor({ twin, admin, built, lacks }: Made) {
    this.twin = twin;
    this.admin = admin;
    this.built = built;
    this.lacks = lacks;
  }

  static async make(server: TwinServer, options: Options): Promise<CandidateTwin> {
    const twin = await makeTwinDatabase(server, options.production);
    try {
      const { built, lacks } = await fill(server, twin, options);
      const admin = await server.connect("postgres", twin.name);
      const made = new CandidateTwin({ twin, admin, built, lacks });
      await made.mark(built, false);
      return made;
    } catch (error) {
      await twin.drop();
      throw error;
    }
  }

  /** Plans a statement while the planner sees these candidates, and no other one. */
  async plan(sql: string, visible: readonly Built[]): Promise<PlanNode> {
    const hidden = this.shown.filter((each) => !visible.includes(each));
    await this.mark(hidden, false);
    const added = visible.filter((each) => !this.shown.includes(each));
    await this.mark(added, true);
    this.shown = visible;
    return genericPlan(this.twin.client, sql);
  }

  /** Reads the twin's own statistics. */
  query<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return asSession(this.twin.client).query<Row>(text, values);
  }

  async close(): Promise<void> {
    await this.admin.end().catch(() => undefined);
    await this.twin.drop();
  }

  /** In this database of ours: the planner passes over an index that is not valid. */
  private async mark(built: readonly Built[], isVisible: boolean): Promise<void> {
    if (built.length === 0) return;
    await this.admin.query(
      "UPDATE pg_catalog.pg_index SET indisvalid = $2 WHERE indexrelid = ANY ($1::int8[]::oid[])",
      [built.flatMap(({ oids }) => oids), isVisible],
    );
  }
}

/**
 * The plan that a prepared statement gets without its values. By PREPARE, which takes one statement
 * whatever the text says; for EXPLAIN alone, GENERIC_PLAN needs the simple protocol, which takes
 * several. With GENERIC_PLAN no partition is left out because of the NULLs.
 */
async function genericPlan(client: Client, sql: string): Promise<PlanNode> {
  await client.query("BEGIN READ ONLY");
  try {
    await client.query(extended(`PREPARE pgindex_query AS ${sql}`));
    const { rows: types } = await client.query<{ count: number }>(
      `SELECT pg_catalog.cardinality(parameter_types) AS count
         FROM pg_catalog.pg_prepared_statements WHERE name = 'pgindex_query'`,
    );
    const nulls = Array.from({ length: types[0]?.count ?? 0 }, () => "NULL").join(", ");
    const list = nulls === "" ? "" : ` (${nulls})`;
    return await explainIn(
      client,
      `EXPLAIN (GENERIC_PLAN, VERBOSE, FORMAT JSON) EXECUTE pgindex_query${list}`,
    );
  } finally {
    await client.query("ROLLBACK");
    await client.query("DEALLOCATE ALL");
  }
}

async function fill(
  server: TwinServer,
  twin: TwinDatabase,
  { production, candidates, searchPath, settings }: Options,
): Promise<{ readonly built: readonly Built[]; readonly lacks: Lacks }> {
  const { client } = twin;
  const path = { search_path: searchPathValue(searchPath) };
  await setAll(client, { ...settings, ...path }, "session");
  const standing = await buildCandidates(client, candidates);
  await setAll(client, { search_path: "" }, "session");
  const made = await onlyNew(client, standing, production);
  const notTaken = await fillLike(server, client, production);
  const names = made.map(({ live }) => live);
  const sized = await sizeIndexes(server, client, names, production.database.version);
  await forgeIndexes(server, twin, production.indexes, sized.size);
  await setAll(client, { ...path, plan_cache_mode: "force_generic_plan" }, "session");
  const built = made.map((each) => {
    const own = sized.size.filter(({ index }) => each.oids.includes(index.oid));
    return { ...each, bytes: own.reduce((sum, { pages }) => sum + pages * 8192, 0) };
  });
  const { unknownExpressions } = sized;
  const missing = [...twin.missing, ...notTaken];
  return { built, lacks: { missing, remarks: twin.remarks, unknownExpressions } };
}
