import { afterAll, beforeAll } from "vitest";
import type { PlanNode } from "../../../providers/pgindex/src/engine/explain/planNode.ts";
import { nodesOf } from "../../../providers/pgindex/src/engine/explain/planWork.ts";
import { parseServedQueries } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import {
  openSession,
  type Session,
} from "../../../providers/pgindex/src/engine/session/session.ts";
import { type Foretold, foretell } from "../../../providers/pgindex/src/engine/twin/foretell.ts";
import {
  type Predicted,
  predictPlans,
  type TwinPlans,
} from "../../../providers/pgindex/src/engine/twin/predictPlans.ts";
import { readPlannerSettings } from "../../../providers/pgindex/src/engine/twin/production/plannerSettings.ts";
import type { Production } from "../../../providers/pgindex/src/engine/twin/production/production.ts";
import { readProduction } from "../../../providers/pgindex/src/engine/twin/production/production.ts";
import { findTwinBinary } from "../../../providers/pgindex/src/engine/twin/server/twinBinary.ts";
import {
  startTwinServer,
  type TwinServer,
} from "../../../providers/pgindex/src/engine/twin/server/twinServer.ts";
import { type Args, declare, record, targetOf } from "../engine/engine.ts";
import { createDatabase, type TestDatabase, withClient } from "../server/database.ts";

interface Asked {
  readonly sql: string;
  readonly sample?: string;
  /** Of another database than the file's own. */
  readonly url?: string;
}

/** What becomes of an index other than that it is built. */
interface Instead {
  readonly isDropped?: boolean;
  readonly replaces?: { readonly schema: string; readonly name: string };
}

/** A production database, and a server for its twins. */
export class Twins {
  db!: TestDatabase;
  server!: TwinServer;
  observer!: Session;

  /** Each in a session of its own: what a session counts of its rows can be a second late. */
  async run(statements: readonly string[]): Promise<void> {
    for (const sql of statements) await withClient(this.db.url, (client) => client.query(sql));
  }

  /** What is read of the tables by these names. */
  async production(
    tables: readonly string[],
    functions: readonly string[] = [],
  ): Promise<Production> {
    const rows = await this.db.query<{ oid: number }>(
      "SELECT to_regclass(name)::oid::int8::float8 AS oid FROM unnest($1::text[]) AS name",
      [tables],
    );
    const named = functions.map((name) => ({ name }));
    return readProduction(
      this.observer,
      rows.map(({ oid }) => oid),
      named,
    );
  }

  async predict(args: Args, sql: string, values: readonly string[] = []): Promise<Predicted> {
    const desired = await declare(args);
    const read = [...sql.matchAll(/\b(?:FROM|JOIN) (\w+)/g)].map(([, name]) => String(name));
    const names = [...new Set([String(args.table), ...read])];
    const production = await this.production(names, ["f", "g", "norm"]);
    const settings = await readPlannerSettings({
      query: (text, parameters) => this.db.query(text, parameters) as never,
    });
    const queries = [{ sql, values, settings }];
    return predictPlans(this.server, { production, desired, queries });
  }

  /** What is foretold of one query, named q. */
  async ask(
    args: Args,
    { url, ...query }: Asked,
    { isDropped = false, replaces }: Instead = {},
  ): Promise<Foretold> {
    const index = await declare(args);
    const parsed = await parseServedQueries([{ name: "q", ...query }]);
    if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
    return foretell({
      database: targetOf(url ?? this.db.url),
      index,
      ...(!isDropped && { desired: index }),
      ...(replaces && { replaces }),
      queries: parsed.value,
      ctx: record().ctx,
      server: async () => this.server,
    });
  }

  /** The plan that production has now. */
  async explain(sql: string): Promise<PlanNode> {
    const [row] = await this.db.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${sql}`);
    return row?.["QUERY PLAN"][0].Plan;
  }
}

/** `tables` is SQL, one statement each. */
export function useTwins(tables: readonly string[]): Twins {
  const twins = new Twins();
  beforeAll(async () => {
    twins.db = await createDatabase();
    await twins.run(tables);
    const options = { purpose: "test", searchPath: [], writable: false };
    twins.observer = await openSession(targetOf(twins.db.url), options);
    twins.server = await startTwinServer(findTwinBinary());
  });
  afterAll(async () => {
    await twins.observer?.close();
    await twins.server?.stop();
    await twins.db?.drop();
  });
  return twins;
}

/** "Limit < Index Scan by t_a_idx" */
export function shape(plan: PlanNode | undefined): string {
  if (!plan) return "none";
  return nodesOf(plan)
    .map((node) => [node["Node Type"], node["Index Name"]].filter(Boolean).join(" by "))
    .join(" < ");
}

export function plansOf({ queries: [first] }: Predicted): TwinPlans {
  if (!first || first.failure !== undefined) throw new Error(`no plan: ${first?.failure}`);
  return first;
}
