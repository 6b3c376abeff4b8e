// An endpoint of the migration health, over a real index with a proof in a state.
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import {
  createMigrationHealth,
  type MigrationHealthEndpoint,
  type MigrationHealthOptions,
} from "../../../providers/pgindex/src/health.ts";
import { settle } from "../engine/engineDatabase.ts";
import { buildIndex, exported, writeState } from "../pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { parsePage } from "./page.ts";
import { queryOf, verificationOf } from "./report.ts";

export const TOKEN = "a-token: that is l\u00f3ng enough";
/** What a browser sends when it was asked for a name and a password. */
export const basic = (password: string, user = "anybody") =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
export const BROWSER = { method: "GET", authorization: basic(TOKEN) };

/** The database, and an endpoint that is new for each test. */
export class LiveReport {
  db!: TestDatabase;
  state!: string;
  endpoint!: MigrationHealthEndpoint;

  open(more: Partial<MigrationHealthOptions> = {}): MigrationHealthEndpoint {
    const { state, db } = this;
    return createMigrationHealth({ state, token: TOKEN, databaseUrl: db.url, ...more });
  }

  async ask(of = this.endpoint) {
    const { status, headers, body } = await of.report.respond(BROWSER);
    return { status, headers, page: parsePage(body), body };
  }
}

/** Registers what the tests of a file need. */
export function useLiveReport(): LiveReport {
  const live = new LiveReport();
  beforeAll(async () => {
    live.db = await createDatabase();
  });
  afterAll(() => live.db.drop());
  beforeEach(async () => {
    await live.db.query("CREATE TABLE t (a int)");
    await live.db.query("INSERT INTO t SELECT generate_series(1, 20000)");
    await live.db.query("ANALYZE t");
    live.state = await recorded(live.db.url);
    live.endpoint = live.open();
  });
  afterEach(async () => {
    await live.endpoint.close();
    await settle(live.db);
    await live.db.query("DROP TABLE IF EXISTS t");
  });
  return live;
}

/** The state of a stack with the index and its proof, of which the query once took 4,321 ms. */
async function recorded(url: string): Promise<string> {
  const built = await buildIndex(url, { table: "t", name: "i", columns: ["a"] });
  const served = [{ name: "by a", sql: "SELECT * FROM t WHERE a = $1", values: [7] }];
  const [, proof] = verificationOf("public.i", [queryOf("by a", { executionMs: 4321 })]);
  const declared = { schema: "public", table: "t", name: "i", served, definition: "" };
  const inputs = { ...declared, builtAt: null, validSince: "", before: [] };
  const verification = { schemaVersion: 1, ...proof, ...inputs };
  return writeState([exported("Index", "i", built), exported("Verification", "v", verification)]);
}
