import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { execute } from "../support/freshDatabase.ts";
import { ours } from "../support/ours.ts";

/** Something that is done to tables that an application uses. */
export interface Scene {
  readonly title: string;
  /** Before anybody looks. */
  readonly before?: (url: string) => Promise<void>;
  readonly work: (stage: Stage) => Promise<void>;
  readonly after?: readonly string[];
}

export interface Stage {
  readonly url: string;
  /** How long somebody is idle in a transaction. */
  readonly holdMs: number;
}

/** The tables of the application, with as many rows each. */
export const tableStatements = (rows: number): string[] => [
  "CREATE TABLE t (id bigint PRIMARY KEY, a bigint, b text, at timestamptz)",
  "CREATE TABLE p (id bigint PRIMARY KEY, a bigint, b text, at timestamptz) PARTITION BY RANGE (id)",
  ...[0, 1, 2, 3].map((part) => {
    const [from, to] = [part, part + 1].map((each) => Math.ceil((each * (rows + 1)) / 4));
    return `CREATE TABLE p_${part} PARTITION OF p FOR VALUES FROM (${from}) TO (${to})`;
  }),
  `INSERT INTO t SELECT n, hashint8(n)::bigint * 4294967296 + n, md5(n::text), now()
     FROM generate_series(1, ${rows}) n`,
  "INSERT INTO p SELECT * FROM t",
  "VACUUM ANALYZE t, p",
  "CHECKPOINT",
];

const INDEX = { table: "t", name: "t_idx", columns: ["a", "b"] };
const PLAIN = "CREATE INDEX t_idx ON t (a, b)";
const CONCURRENTLY = "CREATE INDEX CONCURRENTLY t_idx ON t (a, b)";
const DROP = ["DROP INDEX t_idx"];
const KEY = { table: "t", name: "t_key", columns: ["a"], constraint: "unique" };
const PARTITIONED = { table: "p", name: "p_idx", columns: ["a", "b"] };

/** What the change in place begins with. */
let standing: object | undefined;

export const SCENES: readonly Scene[] = [
  { title: "nothing", work: ({ holdMs }) => delay(holdMs) },
  { title: "plain CREATE INDEX", work: ({ url }) => execute(url, [PLAIN]), after: DROP },
  {
    title: "CREATE INDEX CONCURRENTLY by hand",
    work: ({ url }) => execute(url, [CONCURRENTLY]),
    after: DROP,
  },
  {
    title: "pgindex: a build",
    work: async ({ url }) => void (await ours(url, INDEX)),
    after: DROP,
  },
  {
    title: "pgindex: a change in place",
    before: async (url) => {
      standing = (await ours(url, { ...INDEX, columns: ["a"] })).identity;
    },
    work: async ({ url }) => void (await ours(url, INDEX, standing)),
    after: DROP,
  },
  {
    title: "drop and create by hand",
    before: (url) => execute(url, ["CREATE INDEX t_idx ON t (a)"]),
    work: ({ url }) => execute(url, [...DROP, PLAIN]),
    after: DROP,
  },
  {
    title: "pgindex: a unique constraint",
    work: async ({ url }) => void (await ours(url, KEY)),
    after: ["ALTER TABLE t DROP CONSTRAINT t_key"],
  },
  {
    title: "pgindex: a unique constraint, behind an idle reader",
    work: (stage) => behind("SELECT FROM t LIMIT 1", stage, () => ours(stage.url, KEY)),
    after: ["ALTER TABLE t DROP CONSTRAINT t_key"],
  },
  {
    title: "LOCK TABLE by hand, a timeout of 1 s, again and again, behind an idle reader",
    work: (stage) => behind("SELECT FROM t LIMIT 1", stage, () => lockByHand(stage.url)),
  },
  {
    title: "pgindex: a partitioned build, behind an idle writer",
    work: (stage) =>
      behind("UPDATE p SET at = at WHERE id = 1", stage, () => ours(stage.url, PARTITIONED)),
    after: ["DROP INDEX p_idx"],
  },
];

/** While somebody has done that and is idle in the transaction, and until it is done. */
async function behind(
  sql: string,
  { url, holdMs }: Stage,
  work: () => Promise<unknown>,
): Promise<void> {
  const holder = new pg.Client({ connectionString: url });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query(sql);
  const working = work();
  await Promise.race([delay(holdMs), working]);
  await holder.query("ROLLBACK");
  await holder.end();
  await working;
}

/** What is usually done for an ALTER TABLE. */
async function lockByHand(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let isDone = false; !isDone; ) {
    await client.query("BEGIN; SET LOCAL lock_timeout = '1s'");
    isDone = await client.query("LOCK TABLE t IN ACCESS EXCLUSIVE MODE").then(
      () => true,
      () => false,
    );
    await client.query("ROLLBACK");
    if (!isDone) await delay(400);
  }
  await client.end();
}
