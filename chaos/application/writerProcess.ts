// The process started by startWriter. The URL arrives by IPC, because arguments are public.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { answerParent } from "../../demo/childProcess.ts";
import { ROW, TABLES, type Table } from "./chaosTables.ts";
import { LONG_MS, type Notable, type Question, WRITER, type Written } from "./chaosWriter.ts";

const EVERY_MS = 25;

const failed: Notable[] = [];
const long: Notable[] = [];
let writes = 0;
let longestMs = 0;
let stopping = false;
let lanes: Promise<unknown> = Promise.resolve();

/** Statements that affect one row each. $1 is a number that no filled row has. */
const WORK: readonly ((table: Table, rows: number) => string)[] = [
  (table) =>
    `INSERT INTO app.${table} (region, code, state, amount, note, tags, doc)
     SELECT ${ROW} FROM (SELECT $1::int) s (n)`,
  (table, rows) =>
    `UPDATE app.${table}
        SET state = 'state ' || $1::int % 7, amount = $1::int % 1000, note = 'note ' || $1,
            tags = ARRAY['tag ' || $1 % 50], doc = jsonb_build_object('n', $1::int)
      WHERE id = 1 + $1::int % ${rows}`,
  (table, rows) =>
    `DELETE FROM app.${table}
      WHERE id = (SELECT min(id) FROM app.${table} WHERE id > ${rows} AND $1::int > 0)`,
];

async function start(url: string, rows: number): Promise<void> {
  const { client } = await connect(url, WRITER);
  await client.end();
  lanes = Promise.all(
    TABLES.flatMap((table) => WORK.map((sql) => lane(url, table, sql(table, rows), rows))),
  );
}

/**
 * One connection for each kind of statement and table, so that a waiting write does not hide waits
 * elsewhere.
 */
async function lane(url: string, table: Table, sql: string, rows: number): Promise<void> {
  let connection: Connection | undefined;
  for (let n = rows + 1; !stopping; n += 1) {
    const pause = sleep(EVERY_MS * TABLES.length * (0.5 + Math.random()));
    if (connection?.isLost) connection = undefined;
    connection ??= await connect(url, nameOf(table, sql)).catch(() => undefined);
    if (connection) await write(connection.client, table, sql, n);
    await pause;
  }
  await connection?.client.end();
}

async function write(client: pg.Client, table: Table, sql: string, n: number): Promise<void> {
  const from = Date.now();
  const began = performance.now();
  const failure = await client.query(sql, [n]).then(
    () => undefined,
    (error: Error & { code?: string }) => ({ code: error.code ?? "none", message: error.message }),
  );
  const ms = performance.now() - began;
  const notable = { table, from, to: from + ms, ...failure };
  longestMs = Math.max(longestMs, ms);
  if (failure) failed.push(notable);
  else writes += 1;
  if (ms > LONG_MS) long.push(notable);
}

interface Connection {
  readonly client: pg.Client;
  /**
   * True if the server closed it, perhaps while idle: as in any pool, that does not fail a write.
   */
  readonly isLost: boolean;
}

/** @example chaos application orders INSERT */
function nameOf(table: Table, sql: string): string {
  return `${WRITER} ${table} ${/\w+/.exec(sql)?.[0]}`;
}

async function connect(url: string, name: string): Promise<Connection> {
  const client = new pg.Client({ connectionString: url, application_name: name });
  let isLost = false;
  for (const event of ["error", "end"] as const)
    client.on(event, () => {
      isLost = true;
    });
  await client.connect();
  return {
    client,
    get isLost() {
      return isLost;
    },
  };
}

async function stop(): Promise<Written> {
  stopping = true;
  await lanes;
  return { writes, longestMs, failed, long };
}

answerParent((question: Question) =>
  question.kind === "start" ? start(question.url, question.rows) : stop(),
);
