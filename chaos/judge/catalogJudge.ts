import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { TABLES, WITH_CONSTRAINT } from "../application/chaosTables.ts";
import type { Declaration } from "../stacks/declarations.ts";

/** How long an orphan of a killed command may go on working. */
const PATIENCE_MS = 60_000;

/**
 * Checks the catalog at the end. Each check returns what is wrong, in words, or nothing if all is
 * well.
 */
export async function judge(
  client: pg.Client,
  declarations: readonly Declaration[],
  patienceMs = PATIENCE_MS,
): Promise<string[]> {
  return [
    ...(await sessionsLeft(client, patienceMs)),
    ...(await locksLeft(client)),
    ...(await notAsDeclared(client, declarations)),
    ...(await broken(client)),
    ...(await corrupt(client)),
  ];
}

/** Checks that a destroy left nothing behind. */
export async function indexesLeft(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND NOT indisprimary AND relname !~ '^other_tool'`,
  );
  return rows.map(({ name }) => `${name} still exists after a destroy of both stacks`);
}

async function sessionsLeft(client: pg.Client, patienceMs: number): Promise<string[]> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const { rows } = await client.query<{ line: string }>(
      `SELECT format('session %s (%s, %s) is left: %s', pid, application_name, state, query) AS line
         FROM pg_stat_activity
        WHERE application_name LIKE 'pgindex%' AND datname = current_database()`,
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map(({ line }) => line);
    await sleep(500);
  }
}

/** Nothing else here uses advisory locks. */
async function locksLeft(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('the advisory lock %s is still held by %s', objid, pid) AS line FROM pg_locks
      WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows.map(({ line }) => line);
}

/**
 * PostgreSQL itself says what a declaration means: plain CREATE INDEX on an empty copy of the
 * table.
 */
async function notAsDeclared(
  client: pg.Client,
  declarations: readonly Declaration[],
  schema = "judge",
): Promise<string[]> {
  const live = await definitionsIn(client, "app");
  await client.query(`BEGIN; CREATE SCHEMA ${schema}`);
  for (const table of TABLES)
    await client.query(`CREATE TABLE ${schema}.${table} (LIKE app.${table} INCLUDING GENERATED)`);
  for (const { args, clauses, unique } of declarations)
    await client.query(
      `CREATE ${unique ? "UNIQUE" : ""} INDEX ${args.name} ON ${schema}.${args.table} ${clauses}`,
    );
  const wanted = await definitionsIn(client, schema);
  await client.query("ROLLBACK");
  const wrong = [...wanted].flatMap(([name, definition]) =>
    live.get(name) === definition
      ? []
      : [`${name} is ${live.get(name) ?? "missing"} instead of ${definition}`],
  );
  const hasConstraint = declarations.some(({ args }) => args.constraint !== undefined);
  return [...wrong, ...(hasConstraint ? await constraintMissing(client) : [])];
}

async function definitionsIn(client: pg.Client, schema: string): Promise<Map<string, string>> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT relname AS name, pg_get_indexdef(oid) AS definition FROM pg_class
      WHERE relkind IN ('i', 'I') AND relnamespace = $1::regnamespace`,
    [schema],
  );
  const plain = (text: string) => text.replace(`${schema}.`, "").replace(" ON ONLY ", " ON ");
  return new Map(rows.map(({ name, definition }) => [name, plain(definition)]));
}

async function constraintMissing(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(
    "SELECT 1 FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'u' AND conname = $2",
    [`app.${WITH_CONSTRAINT}`, `${WITH_CONSTRAINT}_unique_idx`],
  );
  return rows.length === 1 ? [] : [`the constraint of ${WITH_CONSTRAINT} is missing`];
}

/** How often the judge asks again when the server is restarted under it. */
const ASKS = 20;

/**
 * Checks the indexes of one stack right after a command of it has succeeded. Only what the command
 * has promised is checked: others go on meanwhile.
 */
export async function judgeStanding(
  ask: (work: (client: pg.Client) => Promise<string[]>) => Promise<string[]>,
  declarations: readonly Declaration[],
  schema: string,
): Promise<string[]> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await ask(async (client) => {
        const wrong = await notAsDeclared(client, declarations, schema);
        const names = declarations.map(({ args }) => args.name);
        return [...wrong, ...(await notValid(client, names))];
      });
    } catch (error) {
      if (asked === ASKS) return [`it could not be judged: ${(error as Error).message}`];
      await sleep(500);
    }
  }
}

async function notValid(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND relname = ANY($1)
        AND indisvalid AND indisready AND indislive`,
    [names],
  );
  const valid = new Set(rows.map(({ name }) => name));
  return names.filter((name) => !valid.has(name)).map((name) => `${name} is not valid`);
}

const LEFTOVER = "_pgindex_(new|old)$|_pgindex_drop_[0-9]+$|_cc(new|old)[0-9]*$";

async function broken(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('%s on %s: valid %s, ready %s, live %s', indexrelid::regclass,
                   indrelid::regclass, indisvalid, indisready, indislive) AS line
       FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace
        AND (NOT (indisvalid AND indisready AND indislive) OR relname ~ $1)
     UNION ALL
     SELECT format('%s of partition %s is not attached', indexrelid::regclass, indrelid::regclass)
       FROM pg_index x JOIN pg_inherits t ON t.inhrelid = indrelid
       LEFT JOIN pg_inherits p ON p.inhrelid = indexrelid
      WHERE p.inhparent IS NULL ORDER BY 1`,
    [LEFTOVER],
  );
  return rows.map(({ line }) => line);
}

/**
 * Checks that every row of the table is in the index
 * (https://www.postgresql.org/docs/current/amcheck.html).
 */
async function corrupt(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `SELECT indexrelid::int8::int AS oid, indexrelid::regclass::text AS name
       FROM pg_index JOIN pg_class i ON i.oid = indexrelid
      WHERE relnamespace = 'app'::regnamespace AND relkind = 'i' AND indisvalid
        AND relam = (SELECT oid FROM pg_am WHERE amname = 'btree')`,
  );
  const problems: string[] = [];
  for (const { oid, name } of rows)
    await client
      .query("SELECT bt_index_check($1::int8::oid::regclass, heapallindexed => true)", [oid])
      .catch((error: Error) => problems.push(`${name} is corrupt: ${error.message}`));
  return problems;
}
