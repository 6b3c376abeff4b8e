// Every hazard, provoked for real: said, denied by a policy, and gone with its cause. A healthy
// table has none, and neither has the program of stacks/.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import type { PgIndexError } from "../../providers/pgindex/src/engine/errors/advice.ts";
import { factsSchema } from "../../providers/pgindex/src/engine/hazards/facts.ts";
import { judgedHazardSchema } from "../../providers/pgindex/src/engine/hazards/hazard.ts";
import { HAZARD_CODES } from "../../providers/pgindex/src/engine/hazards/hazardKinds.ts";
import type { PreviousIndex } from "../../providers/pgindex/src/engine/situation/scope.ts";
import { indexes as phase3 } from "../../stacks/phase3.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";
import { type HazardCase, queriesOf, REFUSED, type RefusedCase, SAID } from "./hazardCases.ts";

const server = useServer({
  name: "hazards",
  version: process.env.TEST_POSTGRES_VERSION,
  settings: {
    wal_level: "logical",
    max_prepared_transactions: 5,
    wal_init_zero: "off",
    max_wal_size: "32MB",
    min_wal_size: "32MB",
    autovacuum_naptime: "1s",
  },
});

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase(server().url);
  await db.query(
    'CREATE TABLE t (a int, b int, c text COLLATE "und-x-icu") WITH (autovacuum_enabled = false)',
  );
  await db.query("INSERT INTO t SELECT i, i, i FROM generate_series(1, 2000) i");
  await db.query(
    "CREATE TABLE hot (a int PRIMARY KEY, b int) WITH (fillfactor = 20, autovacuum_enabled = false)",
  );
  await db.query("INSERT INTO hot SELECT i, 0 FROM generate_series(1, 1000) i");
  await db.query("CREATE FUNCTION own(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'");
  await db.query("CREATE TABLE parent (id int PRIMARY KEY)");
  await db.query("CREATE TABLE child (parent_id int REFERENCES parent, b int)");
  await db.query("CREATE INDEX child_idx ON child (parent_id)");
  await db.query(
    `CREATE TABLE conversation_states (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       patient_id uuid NOT NULL, is_active boolean NOT NULL, expires_at timestamptz NOT NULL)`,
  );
  await db.query(
    `CREATE TABLE conversation_messages (id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
       conversation_state_id uuid NOT NULL REFERENCES conversation_states, body text,
       created_at timestamptz NOT NULL)`,
  );
  await db.query(
    `INSERT INTO conversation_states (patient_id, is_active, expires_at)
     SELECT gen_random_uuid(), i % 2 = 0, now() FROM generate_series(1, 1000) i`,
  );
  await db.query(
    `INSERT INTO conversation_messages (conversation_state_id, body, created_at)
     SELECT id, repeat('x', 100), now() FROM conversation_states, generate_series(1, 10)`,
  );
  await db.query("VACUUM ANALYZE");
  const password = new URL(db.url).password;
  await db.query(`CREATE ROLE stranger LOGIN PASSWORD '${password}'`);
});
afterAll(() => db?.drop());

interface Look {
  readonly hazards?: object;
  readonly isShown?: boolean;
  readonly previous?: PreviousIndex;
}

const nameOf = ({ table = "t" }: Args) => `${table}_idx`;

async function look(of: Pick<HazardCase, "args" | "serves">, { hazards, ...more }: Look = {}) {
  const args = { table: "t", columns: ["a"], ...of.args };
  const desired = await declare({ name: nameOf(args), ...args, hazards });
  const serves = await queriesOf(of.serves);
  return lookAhead(targetOf(db.url), desired, { serves, ...more });
}

/** The index that the new definition takes the place of. */
const previousOf = ({ args }: HazardCase): PreviousIndex | undefined =>
  args?.table === "child"
    ? { schema: "public", name: "child_idx", rebuildTrigger: null }
    : undefined;

describe.each(Object.entries<HazardCase>(SAID))("%s", (code, of) => {
  const previous = previousOf(of);
  const said = async () => (await look(of, { previous })).hazards;

  test("is said, denied where a policy says so, and gone with its cause", async () => {
    const end = await of.arrange(db);
    try {
      const found = await said();
      expect(found.filter((each) => each.code === code)).toMatchObject([
        { code, message: expect.stringMatching(of.message), action: "warn" },
      ]);
      for (const each of found) expect(judgedHazardSchema.parse(each)).toEqual(each);
      // As in `pulumi up`, where nobody reads what is said.
      const denying = { hazards: { [code]: "deny" }, isShown: false, previous };
      const error = await failureOf(look(of, denying));
      expect((error as PgIndexError).advice).toMatchObject({
        code,
        why: expect.stringContaining(`[${code}]; the resource's hazards deny it`),
      });
    } finally {
      await end?.();
    }
    if (end) expect((await said()).map((each) => each.code)).not.toContain(code);
  });
});

describe.each(Object.entries<RefusedCase>(REFUSED))("%s", (code, of) => {
  test("is refused, with its code", async () => {
    await db.query(of.sql);
    const url = new URL(db.url);
    if (of.isStranger) url.username = "stranger";
    const database = targetOf(
      url.href,
      of.denies ? { hazards: { [code]: { action: "deny" } } } : {},
    );
    const args = { table: "r", name: "r_idx", columns: ["a"], ...of.args };
    const desired = await declare(args);
    try {
      const error = await failureOf(
        of.drop === undefined ? lookAhead(database, desired) : dropped(of.drop, args),
      );
      expect((error as PgIndexError).advice).toMatchObject({ code });
    } finally {
      await db.query("DROP TABLE IF EXISTS refers, r CASCADE; DROP VIEW IF EXISTS r_idx");
    }

    async function dropped(trouble: string, { table, name }: typeof args): Promise<void> {
      const { live } = await ensureIndex({ database, desired, ctx: record().ctx });
      const client = await db.connect();
      await client.query(trouble);
      // What it has counted is there for others once it is gone.
      await client.end();
      if (code === "drops-used-index") await untilScanned("r_idx");
      const { canonical } = live;
      await dropIndex(
        database,
        { schema: "public", table, name, canonical, dropOnDestroy: true },
        record().ctx,
      );
    }
  });
});

const untilScanned = (index: string) =>
  until("it is counted", async () => {
    const sql = "SELECT FROM pg_stat_user_indexes WHERE indexrelname = $1 AND idx_scan > 0";
    return (await db.query(sql, [index])).length > 0;
  });

const UNPROVOKED = {
  pooler: "test/faults/harsh/pgbouncer.test.ts",
  "corrupting-server": "test/faults/harsh/oldServers.test.ts",
  "other-database": "test/provider/restored.test.ts",
};

test("every hazard is provoked", () => {
  const provoked = [SAID, REFUSED, UNPROVOKED].flatMap(Object.keys);
  expect(new Set(provoked)).toEqual(new Set(HAZARD_CODES));
});

test("a healthy table has none, and facts and hazards survive JSON", async () => {
  const { facts, hazards, lines } = await look({});
  expect(hazards).toEqual([]);
  expect(factsSchema.parse(JSON.parse(JSON.stringify(facts)))).toEqual(
    JSON.parse(JSON.stringify(facts)),
  );
  expect(facts).toMatchObject({
    table: { schema: "public", name: "t", rows: 2000 },
    steps: [{ kind: "build", locks: expect.stringMatching(/^SHARE UPDATE EXCLUSIVE/) }],
    needs: { indexBytes: expect.any(Number), sizeBasis: expect.stringContaining("ANALYZE") },
  });
  expect(lines).toHaveLength(2);
});

test.each(Object.entries(phase3))("nor has the program of stacks: %s", async (_, declared) => {
  const { serves, ...args } = declared;
  expect((await look({ args, serves })).hazards).toEqual([]);
});
