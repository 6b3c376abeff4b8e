import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect } from "vitest";
import { createDatabase, type TestDatabase } from "../server/database.ts";

/** One database for all tests of a file, with the given tables. */
export function useDatabase(...statements: readonly string[]): () => TestDatabase {
  let database: TestDatabase | undefined;
  beforeAll(async () => {
    database = await createDatabase();
    for (const statement of statements) await database.query(statement);
  });
  afterAll(() => database?.drop());
  return () => {
    if (!database) throw new Error("there is no database before the tests");
    return database;
  };
}

export interface StoredIndex {
  readonly name: string;
  readonly valid: boolean;
  readonly oid: number;
  readonly definition: string;
}

/** Every index of the schema public that is no constraint's, by name. */
export async function indexesOf(database: TestDatabase): Promise<StoredIndex[]> {
  return database.query<StoredIndex>(
    `SELECT c.relname AS name, i.indisvalid AND i.indisready AND i.indislive AS valid,
            c.oid::int AS oid, pg_get_indexdef(c.oid) AS definition
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE c.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = c.oid)
      ORDER BY c.relname`,
  );
}

/** What `indexesOf` says of each: its name, or that it is INVALID. */
/** An index's comment, in which its mark is; "" where there is none. */
export async function commentOf(database: TestDatabase, index: string): Promise<string> {
  const [row] = await database.query<{ comment: string | null }>(
    "SELECT obj_description(to_regclass($1), 'pg_class') AS comment",
    [index],
  );
  return row?.comment ?? "";
}

export async function indexNames(database: TestDatabase): Promise<string[]> {
  const indexes = await indexesOf(database);
  return indexes.map(({ name, valid }) => (valid ? name : `INVALID ${name}`));
}

/** Polls until `look` finds something. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 240_000,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`after ${timeoutMs} ms still not: ${what}`);
    await sleep(50);
  }
}

/** A session of the provider. */
export interface BuildSession {
  readonly pid: number;
  readonly application: string;
  readonly query: string;
  readonly state: string;
  readonly waits: boolean;
}

/** The provider's sessions on the database. */
export async function providerSessions(database: TestDatabase): Promise<BuildSession[]> {
  return database.query<BuildSession>(
    `SELECT pid, application_name AS application, query, state,
            coalesce(wait_event_type = 'Lock', false) AS waits
       FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'pgindex %'
      ORDER BY pid`,
  );
}

/** Waits for a CREATE INDEX CONCURRENTLY that waits for somebody's lock. Gives its pid. */
export async function blockedBuild(database: TestDatabase, index: string): Promise<number> {
  const session = await until(`the build of ${index} waits`, async () =>
    (await providerSessions(database)).find(
      ({ query, waits }) => waits && query.includes("CREATE") && query.includes(`"${index}"`),
    ),
  );
  return session.pid;
}

export interface Holder {
  readonly pid: number;
  release(): Promise<void>;
}

/**
 * A transaction that has written to the table and stays open: a concurrent build waits for it,
 * after its first step.
 */
export async function holdWrite(
  database: TestDatabase,
  table: string,
  statement = `INSERT INTO ${table} DEFAULT VALUES`,
): Promise<Holder> {
  const client = await database.connect();
  await client.query("SET application_name = 'forgotten client'");
  const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
  await client.query("BEGIN");
  await client.query(statement);
  return {
    pid: rows[0].pid,
    release: async () => {
      await client.query("ROLLBACK");
    },
  };
}

/** An INVALID index, as an interrupted build leaves it. */
export async function leaveInvalid(database: TestDatabase, create: string): Promise<void> {
  const name = /INDEX (\w+)/.exec(create)?.[1];
  await database.query(create);
  await markInvalid(database, name ?? "");
}

/** Only a superuser can: the catalog is changed by hand. */
export async function markInvalid(database: TestDatabase, index: string): Promise<void> {
  await database.query(
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass",
    [index],
  );
}

/**
 * A role whose password must never be seen, with everything in it that needs escaping somewhere.
 */
export interface Canary {
  readonly role: string;
  readonly password: string;
  readonly url: string;
  /** Fails when the password stands in the text, in any of its spellings. */
  assertAbsent(text: string): void;
  drop(): Promise<void>;
}

export async function createCanary(database: TestDatabase): Promise<Canary> {
  const suffix = randomBytes(4).toString("hex");
  const role = `canary_${suffix}`;
  const secret = `Canary${suffix}`;
  const password = `${secret}@/#?:%&'"\\ ü$`;
  const { client } = database;
  await client.query(
    `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD ${client.escapeLiteral(password)}`,
  );
  const url = new URL(database.url);
  return {
    role,
    password,
    url: `postgresql://${role}:${encodeURIComponent(password)}@${url.host}${url.pathname}`,
    // Every spelling, percent-encoded or escaped for JSON, begins with it.
    assertAbsent: (text) => {
      const at = text.indexOf(secret);
      expect(at < 0 ? "" : `the password is shown: …${text.slice(at - 300, at)}`).toBe("");
    },
    drop: async () => {
      await client.query(`DROP OWNED BY ${role}`);
      await client.query(`DROP ROLE ${role}`);
    },
  };
}
