import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { healthSchema } from "../../../providers/pgindex/src/health/healthAnswer.ts";
import {
  createMigrationHealth,
  type MigrationHealthEndpoint,
  type MigrationHealthOptions,
} from "../../../providers/pgindex/src/health.ts";
import { settle } from "../engine/engineDatabase.ts";
import { buildIndex, exported, writeState } from "../pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";

export const TOKEN = "a-token-that-is-long-enough";
export const AUTHORIZED = { method: "GET", authorization: `Bearer ${TOKEN}` };
export const IDENTITY = { schema: "public", table: "t", name: "i" };
const BUILT = { definition: "", builtAt: null, validSince: "" };

/** For each test of a file: a table with an index, the state of its stack, and an endpoint. */
export class HealthSetUp {
  db!: TestDatabase;
  state!: string;
  endpoint!: MigrationHealthEndpoint;
  built!: Awaited<ReturnType<typeof buildIndex>>;

  open(more: Partial<MigrationHealthOptions> = {}): MigrationHealthEndpoint {
    const { state, db } = this;
    return createMigrationHealth({ state, token: TOKEN, databaseUrl: db.url, ...more });
  }

  /** The state of the stack, whose verification has measured these queries. */
  async recordedState(queries: readonly object[]): Promise<string> {
    const served = [{ name: "by a", sql: "SELECT * FROM t WHERE a = $1", values: [7] }];
    const before = [{ name: "by a", planType: "Seq Scan", executionMs: 12.5 }];
    const seen = { schemaVersion: 1, index: "public.i", queries };
    const proof = { ...seen, ...IDENTITY, ...BUILT, served, before };
    return writeState([exported("Index", "i", this.built), exported("Verification", "v", proof)]);
  }

  async ask(of = this.endpoint) {
    const { status, body } = await of.respond(AUTHORIZED);
    return { status, health: healthSchema.strict().parse(JSON.parse(body)) };
  }
}

export function useHealth(): HealthSetUp {
  const h = new HealthSetUp();
  beforeAll(async () => {
    h.db = await createDatabase();
  });
  afterAll(() => h.db.drop());
  beforeEach(async () => {
    await h.db.query("CREATE TABLE t (a int)");
    await h.db.query("INSERT INTO t SELECT generate_series(1, 20000)");
    await h.db.query("ANALYZE t");
    const built = await buildIndex(h.db.url, { table: "t", name: "i", columns: ["a"] });
    h.built = built;
    h.state = await h.recordedState([]);
    h.endpoint = h.open();
  });
  afterEach(async () => {
    await h.endpoint.close();
    await settle(h.db);
    await h.db.query("DROP TABLE t");
  });
  return h;
}
