// The provider of `Verification`, as Pulumi calls it, on a table of orders and an index of theirs.
import { randomBytes } from "node:crypto";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic/index.js";
import { afterAll, beforeAll, beforeEach, expect, inject } from "vitest";
import { measureQueries } from "../../../providers/pgindex/src/engine/measure/measure.ts";
import type { QueryMeasurement } from "../../../providers/pgindex/src/engine/measure/measurement.ts";
import { parseServedQueries } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";
import type { Database } from "../../../providers/pgindex/src/engine/session/database.ts";
import type { VerificationReport } from "../../../providers/pgindex/src/engine/verify/verification.ts";
import { PendingChanges } from "../../../providers/pgindex/src/provider/drizzle/pendingChanges.ts";
import { dynamicProvider } from "../../../providers/pgindex/src/provider/dynamic/dynamicProvider.ts";
import { DeclaredBuilds } from "../../../providers/pgindex/src/provider/indexes/declaredBuilds.ts";
import { DeclaredIndexes } from "../../../providers/pgindex/src/provider/indexes/declaredIndexes.ts";
import { EarlierBuilds } from "../../../providers/pgindex/src/provider/indexes/earlierBuilds.ts";
import { Looks } from "../../../providers/pgindex/src/provider/indexes/looks.ts";
import { RunDeclarations } from "../../../providers/pgindex/src/provider/indexes/runDeclarations.ts";
import { Twins } from "../../../providers/pgindex/src/provider/indexes/twins.ts";
import { Review } from "../../../providers/pgindex/src/provider/review/review.ts";
import type { Runtime } from "../../../providers/pgindex/src/provider/runtime.ts";
import { verificationProvider } from "../../../providers/pgindex/src/provider/verificationProvider.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { type Recorder, record, targetOf } from "./engine.ts";
import { until, vacuum } from "./engineDatabase.ts";

export const INDEX = { schema: "public", table: "orders", name: "orders_customer_idx" };
export const BUILD = "CREATE INDEX orders_customer_idx ON orders (customer)";
export const LOOKUP = {
  name: "orders of a customer",
  sql: "SELECT * FROM orders WHERE customer = $1",
  sample: "SELECT DISTINCT customer FROM orders WHERE customer > 5000 ORDER BY customer",
  runs: 3,
};
/** The sample, the warm-up and the runs. */
export const SCANS_OF_LOOKUP = 5;

export type Outputs = VerificationReport & Record<string, unknown>;

/** What a test of the provider works with; anew for each test, but for the database. */
export class Verifying {
  database!: TestDatabase;
  /**
   * Where it measures: as a superuser, whose measuring is not counted, but where a test says
   * otherwise.
   */
  target!: Database;
  recorder!: Recorder;
  provider!: Required<ResourceProvider>;
  before: QueryMeasurement[] = [];
  readonly #roles: string[] = [];

  async start(): Promise<void> {
    this.database = await createDatabase();
    await this.database.query("CREATE TABLE orders (id int, customer int, note text)");
    await this.database.query(
      "INSERT INTO orders SELECT n, n, repeat('x', 60) FROM generate_series(1, 50000) AS n",
    );
    await vacuum(this.database, "orders");
  }

  async startTest(): Promise<void> {
    this.target = targetOf(this.database.url);
    this.recorder = record();
    const runtime: Runtime = {
      database: () => this.target,
      context: () => this.recorder.ctx,
      run: (operation) => operation(),
      configure: () => true,
      stop: { onCancel() {}, onTerminate() {}, onOrphaned() {} },
      inventory: async () => undefined,
      declared: new DeclaredIndexes(),
      declaredInRun: new RunDeclarations(undefined),
      builds: new DeclaredBuilds(),
      earlier: new EarlierBuilds(),
      looks: new Looks(),
      pending: new PendingChanges(),
      twins: new Twins(),
      review: new Review(() => undefined),
      hint: async () => undefined,
    };
    const provider = dynamicProvider(runtime, verificationProvider(runtime));
    this.provider = provider as Required<ResourceProvider>;
    await this.database.query("DROP INDEX IF EXISTS orders_customer_idx");
    const parsed = await parseServedQueries([LOOKUP]);
    if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
    const { ctx } = this.recorder;
    const measured = await measureQueries({
      database: this.target,
      index: INDEX,
      queries: parsed.value,
      searchPath: ["public"],
      ctx,
    });
    this.before = measured.map(({ measurement }) => measurement);
    await this.database.query(BUILD);
  }

  async stop(): Promise<void> {
    for (const role of this.#roles) {
      await this.database.query(`DROP OWNED BY ${role}`);
      await this.database.query(`DROP ROLE ${role}`);
    }
    await this.database.drop();
  }

  /** The inputs, as the constructor of the resource sends them. */
  inputs(change: object = {}): Record<string, unknown> {
    return {
      ...INDEX,
      definition: BUILD,
      builtAt: "2026-01-01T00:00:00.000Z",
      validSince: "2026-01-01T00:00:00.000Z",
      before: this.before,
      served: [LOOKUP],
      __urn: "urn:pulumi:x",
      __provider: "text",
      ...change,
    };
  }

  /** check, then create, as Pulumi does; everything must survive as JSON. */
  async create(change: object = {}): Promise<Outputs> {
    const checked = await this.provider.check({}, this.inputs(change));
    expect(checked.failures ?? []).toEqual([]);
    const { outs } = await this.provider.create({ ...checked.inputs, __provider: "text" });
    expect(JSON.parse(JSON.stringify(outs))).toEqual(
      Object.fromEntries(Object.entries(outs).filter(([, value]) => value !== undefined)),
    );
    return outs;
  }

  async refresh(outputs: Outputs): Promise<Outputs> {
    const { props } = await this.provider.read("public.orders_customer_idx", outputs);
    return props;
  }

  /** Scans by an application, counted as soon as its session has ended. */
  async traffic(scans: number): Promise<void> {
    const before = await this.#scans();
    const client = await this.database.connect();
    for (let i = 0; i < scans; i += 1)
      await client.query("SELECT * FROM orders WHERE customer = $1", [i]);
    await client.end();
    await countersSettle();
    await until("the scans are counted", async () => (await this.#scans()) >= before + scans);
  }

  /** Forgets what was counted. */
  async reset(statement: string): Promise<void> {
    await this.database.query(statement);
    await countersSettle();
    await until("the counters are reset", async () => (await this.#scans("index")) === 0);
  }

  /** How often the table was read, by whatever plan, or the index alone. */
  async #scans(of: "table" | "index" = "table"): Promise<number> {
    const [row] = await this.database.query<{ scans: number }>(
      of === "table"
        ? "SELECT (seq_scan + coalesce(idx_scan, 0))::int AS scans FROM pg_stat_all_tables WHERE relname = 'orders'"
        : "SELECT idx_scan::int AS scans FROM pg_stat_all_indexes WHERE indexrelname = 'orders_customer_idx'",
    );
    return row?.scans ?? 0;
  }

  /**
   * Measures from now on as a role that may read, and has no say in what the server counts. Gives
   * its name.
   */
  async asOrdinaryRole(): Promise<string> {
    const role = `reader_${randomBytes(4).toString("hex")}`;
    await this.database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'`);
    this.#roles.push(role);
    await this.database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
    const url = new URL(this.database.url);
    url.username = role;
    url.password = "reads";
    this.target = targetOf(url.href);
    return role;
  }
}

/** Until 14 a collector wrote the counters down, twice a second. */
export async function countersSettle(): Promise<void> {
  const wait = inject("server").versionNumber < 150_000 ? 1_100 : 200;
  await new Promise((resolve) => setTimeout(resolve, wait));
}

/** To be called once a file. */
export function useVerifying(): Verifying {
  const verifying = new Verifying();
  beforeAll(() => verifying.start());
  beforeEach(() => verifying.startTest());
  afterAll(() => verifying.stop());
  return verifying;
}
