import pg from "pg";
import type { HazardCode } from "../../providers/pgindex/src/engine/hazards/hazardKinds.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import type { Args } from "../support/engine/engine.ts";
import { hold, holdWrite, until } from "../support/engine/engineDatabase.ts";
import { leave } from "../support/engine/engineLeftovers.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { receiveWal } from "../support/server/walReceiver.ts";

/** How a hazard comes about, and what is to be said of it. */
export interface HazardCase {
  /** Makes trouble. Returns what ends it. */
  arrange(db: TestDatabase): Promise<undefined | (() => Promise<unknown>)>;
  /** Of the index to be built on `t`, beside its name. */
  readonly args?: Args;
  readonly serves?: readonly object[];
  readonly message: RegExp;
}

const both =
  (make: string, end: string) =>
  async (db: TestDatabase): Promise<() => Promise<unknown>> => {
    await db.query(make);
    return () => db.query(end);
  };

const held = (holder: Promise<{ release(): Promise<void> }>) =>
  holder.then(({ release }) => release);

const index = (body: string) => both(`CREATE INDEX old ON t ${body}`, "DROP INDEX old");

/** As ANALYZE would leave it, of a table that nobody wants to fill. */
const pretend = (column: string, value: number) => async (db: TestDatabase) => {
  await db.query(`UPDATE pg_class SET ${column} = ${value} WHERE oid = 't'::regclass`);
  return () => db.query("ANALYZE t");
};

const GIGABYTE = 131_072;
const LIKE = [{ name: "find", sql: "SELECT * FROM t WHERE c LIKE 'ab%'" }];

/** Grows old by so many transactions; autovacuum_freeze_max_age may be no less. */
async function makeOld(db: TestDatabase, transactions: number): Promise<void> {
  await db.query("CREATE TABLE IF NOT EXISTS counted (a int)");
  await db.query("VACUUM FREEZE t");
  // What is frozen already would be passed over in no time.
  await db.query("UPDATE t SET a = a");
  await db.query("ALTER TABLE t SET (autovacuum_freeze_max_age = 100000)");
  await db.query(`DO $$ BEGIN
    FOR i IN 1..${transactions} LOOP
      BEGIN INSERT INTO counted VALUES (1); EXCEPTION WHEN others THEN NULL; END;
    END LOOP; END $$`);
}

async function makeYoung(db: TestDatabase): Promise<void> {
  await db.query("ALTER TABLE t RESET (autovacuum_freeze_max_age, autovacuum_vacuum_cost_delay)");
  await db.query("VACUUM (FREEZE, ANALYZE) t");
}

/** Every hazard that a preview says and goes on, by default. */
export const SAID = {
  "old-transaction": {
    arrange: (db) => held(holdWrite(db, "t")),
    message: /^the build will wait for pid \d+ .*, which has public\.t open for writes$/,
  },
  "prepared-transaction": {
    arrange: async (db) => {
      const { client, release } = await holdWrite(db, "t");
      await client.query("PREPARE TRANSACTION 'forgotten'");
      await release();
      return () => db.query("ROLLBACK PREPARED 'forgotten'");
    },
    message: /^the build will wait for prepared transaction 'forgotten'/,
  },
  "walsender-snapshot": {
    arrange: async (db) => {
      const config = { connectionString: db.url, replication: "database" };
      const client = new pg.Client(config as pg.ClientConfig);
      await client.connect();
      await client.query("BEGIN READ ONLY ISOLATION LEVEL REPEATABLE READ");
      await client.query(
        "CREATE_REPLICATION_SLOT copies TEMPORARY LOGICAL test_decoding USE_SNAPSHOT",
      );
      return () => client.end();
    },
    message: /^the build will wait, at its end, for pid \d+ .*, which reads from an old snapshot$/,
  },
  "table-busy": {
    arrange: (db) => held(hold(db, "BEGIN", "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE")),
    message:
      /^nothing can begin before pid \d+ .* is done, which has or wants a lock on public\.t$/,
  },
  "wraparound-near": {
    arrange: async (db) => {
      await makeOld(db, 96_000);
      await db.query(`UPDATE pg_class SET relpages = ${2 * GIGABYTE} WHERE oid = 't'::regclass`);
      return () => makeYoung(db);
    },
    message: /^public\.t is at 9\d % of the age at which autovacuum has to prevent wraparound/,
  },
  "wraparound-vacuum": {
    arrange: async (db) => {
      await db.query("ALTER TABLE t SET (autovacuum_vacuum_cost_delay = 100)");
      await db.query("ALTER TABLE t SET (autovacuum_vacuum_cost_limit = 1)");
      await makeOld(db, 100_000);
      const atWork = `FROM pg_stat_activity a WHERE backend_type = 'autovacuum worker'
        AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.relation = 't'::regclass)`;
      await until("autovacuum is at work on t", async () => {
        return (await db.query(`SELECT pid ${atWork}`)).length > 0;
      });
      return async () => {
        await db.query(`SELECT pg_terminate_backend(pid) ${atWork}`);
        await makeYoung(db);
      };
    },
    message: /^nothing can begin before pid \d+ .*to prevent wraparound/,
  },
  "slot-holds-rows": {
    arrange: async (db) => {
      await db.query("SELECT pg_create_physical_replication_slot('forgotten')");
      const receiver = await receiveWal(db.url, "forgotten");
      const [row] = await db.query<{ xmin: number }>(
        "SELECT (txid_snapshot_xmin(txid_current_snapshot()) % 4294967296)::int AS xmin",
      );
      receiver.holdRows(row?.xmin ?? 0);
      await until("the slot holds rows", async () => {
        const [slot] = await db.query("SELECT xmin FROM pg_replication_slots");
        return slot?.xmin != null;
      });
      await receiver.stop();
      await db.query("UPDATE t SET a = a");
      await counted(db, "n_dead_tup >= 2000");
      return async () => {
        await dropSlot(db, "forgotten");
        await db.query("VACUUM ANALYZE t");
        await counted(db, "n_dead_tup = 0");
      };
    },
    message: /^the replication slot forgotten keeps 2,000 dead rows of public\.t/,
  },
  "slot-keeps-wal": {
    arrange: async (db) => {
      await db.query("SELECT pg_create_physical_replication_slot('forgotten', true)");
      await switchWal(db, 8);
      await db.query("CHECKPOINT");
      return () => db.query("SELECT pg_drop_replication_slot('forgotten')");
    },
    message: /^nobody reads the replication slot forgotten, which retains \d+ MB of WAL/,
  },
  "replica-lag": {
    arrange: async (db) => {
      const [row] = await db.query<{ lsn: string }>(
        "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS lsn",
      );
      await db.query("SELECT pg_create_physical_replication_slot('standby')");
      const receiver = await receiveWal(db.url, "standby");
      receiver.reportReplayed(BigInt(row?.lsn ?? 0));
      await until("that is known", async () => {
        const [it] = await db.query("SELECT replay_lsn FROM pg_stat_replication");
        return it?.replay_lsn != null;
      });
      // More than a gigabyte of segments of 16 MB.
      await switchWal(db, 66);
      return async () => {
        await receiver.stop();
        await dropSlot(db, "standby");
      };
    },
    message: /^the standby standby lags by 1 GB/,
  },
  "standby-cancels": {
    arrange: async (db) => {
      const receiver = await receiveWal(db.url);
      await leave(db, { table: "t", index: "t_idx", body: "(a)", state: "f/t/t" });
      return async () => {
        await receiver.stop();
        await db.query("DROP INDEX IF EXISTS t_idx");
      };
    },
    message:
      /^a standby \(standby\) will replay the lock of DROP INDEX CONCURRENTLY .*its own max_sta/,
  },
  "same-index": { arrange: index("(a)"), message: /^public\.old \(.*\) is the same index/ },
  "covered-index": { arrange: index("(a, b)"), message: /^public\.old \(.*\) serves the same/ },
  "redundant-index": {
    arrange: index("(a)"),
    args: { columns: ["a", "b"] },
    message: /^public\.old \(.*\) serves no query that this one would not/,
  },
  "ends-hot-updates": {
    arrange: async (db) => {
      const updater = await db.connect();
      await updater.query("UPDATE hot SET b = b + 1");
      await updater.end();
      await until("it is counted", async () => {
        const [row] = await db.query(
          "SELECT n_tup_hot_upd > 400 AS is FROM pg_stat_user_tables WHERE relname = 'hot'",
        );
        return row?.is === true;
      });
      return undefined;
    },
    args: { table: "hot", columns: ["b"] },
    message: /^\d+ % of its updates are heap-only \(HOT\) and touch no index; those that change b/,
  },
  "many-indexes": {
    arrange: both(
      "DO $$ BEGIN FOR i IN 1..15 LOOP EXECUTE format('CREATE INDEX many%s ON t ((b + %s))', i, i); END LOOP; END $$",
      "DO $$ BEGIN FOR i IN 1..15 LOOP EXECUTE format('DROP INDEX many%s', i); END LOOP; END $$",
    ),
    message: /^public\.t will have 16 indexes/,
  },
  "large-table": {
    arrange: pretend("relpages", 120 * GIGABYTE),
    message: /^public\.t has 120 GB: the build reads it twice/,
  },
  "little-memory": {
    arrange: pretend("reltuples", 1_000_000),
    args: { buildSettings: { maintenanceWorkMem: "1MB" } },
    message:
      /^about \d+ MB are built with 1 MB of maintenance_work_mem: its sort needs more than one/,
  },
  "like-collation": {
    arrange: async () => undefined,
    args: { columns: ["c"] },
    serves: LIKE,
    message: /^query "find" asks c LIKE for texts that begin alike, and under collation und-x-icu/,
  },
  "other-collation": {
    arrange: async () => undefined,
    args: { columns: [{ column: "c", collation: "C" }] },
    serves: [{ name: "find", sql: "SELECT * FROM t WHERE c = $1", values: ["ab"] }],
    message: /^query "find" compares c under the column's own collation, and the index has C/,
  },
  "duplicates-unknown": {
    arrange: async () => undefined,
    args: { unique: true, columns: [{ expression: "abs(a)" }], predicate: "own(a)" },
    message: /were not looked for: it would run code of the database's own/,
  },
  "drops-foreign-key-index": {
    arrange: async () => undefined,
    args: { table: "child", columns: ["b"] },
    message:
      /^public\.child_idx is the only index that begins with parent_id, the columns of the foreign/,
  },
} as const satisfies Partial<Record<HazardCode, HazardCase>>;

/** Every hazard that is refused by default, and the SQL that brings it about. */
export const REFUSED = {
  duplicates: {
    sql: "CREATE TABLE r AS SELECT 1 AS a FROM generate_series(1, 2)",
    args: { unique: true },
  },
  "failing-row": {
    sql: "CREATE TABLE r AS SELECT 0 AS a",
    args: { unique: true, columns: [{ expression: "1 / a" }] },
  },
  "name-taken": { sql: "CREATE TABLE r (a int); CREATE VIEW r_idx AS SELECT 1 AS one" },
  "missing-right": { sql: "CREATE TABLE r (a int)", isStranger: true },
  "missing-extension": {
    sql: "CREATE TABLE r (a text)",
    args: { accessMethod: "gin", columns: [{ column: "a", operatorClass: "gin_trgm_ops" }] },
  },
  "missing-operator-class": { sql: "CREATE TABLE r (a json)" },
  "backs-constraint": {
    sql: "CREATE TABLE r (a int)",
    args: { unique: true },
    drop: "ALTER TABLE r ADD CONSTRAINT r_idx UNIQUE USING INDEX r_idx",
  },
  "is-referenced": {
    sql: "CREATE TABLE r (a int)",
    args: { unique: true },
    drop: "CREATE TABLE refers (a int REFERENCES r (a))",
  },
  "is-replica-identity": {
    sql: "CREATE TABLE r (a int NOT NULL)",
    args: { unique: true },
    drop: "ALTER TABLE r REPLICA IDENTITY USING INDEX r_idx",
  },
  "drops-used-index": {
    sql: "CREATE TABLE r (a int)",
    drop: "SET enable_seqscan = off; SELECT FROM r WHERE a = 1; RESET enable_seqscan",
    denies: true,
  },
  "drops-foreign-key-index": {
    sql: "CREATE TABLE r (a int REFERENCES parent)",
    drop: "SELECT 1",
    denies: true,
  },
} as const satisfies Partial<Record<HazardCode, RefusedCase>>;

export interface RefusedCase {
  readonly sql: string;
  readonly args?: Args;
  /** Asked by a role that owns nothing. */
  readonly isStranger?: boolean;
  /** What makes the drop of `r_idx` a hazard. */
  readonly drop?: string;
  /** Only where a policy denies it. */
  readonly denies?: boolean;
}

async function counted(db: TestDatabase, condition: string): Promise<void> {
  await until(condition, async () => {
    await db.query("SELECT pg_stat_clear_snapshot()");
    const rows = await db.query(
      `SELECT FROM pg_stat_user_tables WHERE relid = 't'::regclass AND ${condition}`,
    );
    return rows.length > 0;
  });
}

async function dropSlot(db: TestDatabase, name: string): Promise<void> {
  await until("nobody reads it", async () => {
    const [slot] = await db.query("SELECT active FROM pg_replication_slots");
    return slot?.active === false;
  });
  await db.query("SELECT pg_drop_replication_slot($1)", [name]);
}

/** Each switch ends a segment: little is written. */
async function switchWal(db: TestDatabase, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    await db.query("CREATE TABLE IF NOT EXISTS counted (a int); INSERT INTO counted VALUES (1)");
    await db.query("SELECT pg_switch_wal()");
  }
}

export async function queriesOf(serves: readonly object[] = []) {
  const parsed = await parseServedQueries(serves);
  if (parsed.kind !== "ok") throw new Error(`the queries of a test are wrong: ${parsed.kind}`);
  return parsed.value;
}
