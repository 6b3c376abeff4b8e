import type { Client } from "pg";
import { ident, literal } from "../text/sql";
import type { DatabaseLocale, Named, Production } from "./production/production";
import { type Made, schemaSql } from "./production/schemaSql";
import type { TwinServer } from "./server/twinServer";
import { reasonOf } from "./twinMessages";

/** An empty database with production's tables. */
export interface TwinDatabase {
  readonly name: string;
  /** As the role that owns it. */
  readonly client: Client;
  /** What the twin could not make, and why. */
  readonly missing: readonly string[];
  /** What it makes otherwise than production. */
  readonly remarks: readonly string[];
  drop(): Promise<void>;
}

let made = 0;

/** What nobody needs to plan a query, or what could reach out of the database. */
const LEFT_OUT =
  /^(pg_stat|pg_cron|pg_buffercache|pg_prewarm|pg_visibility|pg_freespacemap|pg_walinspect|pg_surgery|pg_repack|pgaudit|pgstattuple|pageinspect|amcheck|adminpack|dblink|hypopg|lo$|tcn$|xml2$|pl[a-z]|.*_fdw$)/;

/** Planning takes milliseconds; a function that sleeps must not keep the preview. */
const STATEMENT_TIMEOUT_MS = 10_000;

export async function makeTwinDatabase(
  server: TwinServer,
  production: Production,
): Promise<TwinDatabase> {
  made += 1;
  const name = `twin_${made}`;
  const admin = await server.connect("postgres", "postgres");
  const drop = async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await admin.end();
  };
  try {
    const remarks = await createDatabase(admin, name, production.database);
    await makeExtensions(server, name, production.extensions);
    const client = await server.connect("twin", name);
    await client.query(
      `SELECT set_config('search_path', '', false), set_config('check_function_bodies', 'off', false),
              set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', false)`,
    );
    const failed = await makeAll(client, schemaSql(production));
    return { name, client, missing: failed, remarks, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** What a text is compared by decides which operators an index serves, so it must be alike. */
async function createDatabase(
  admin: Client,
  name: string,
  locale: DatabaseLocale,
): Promise<string[]> {
  let failure: unknown;
  for (const { clause, remark } of localesLike(locale)) {
    try {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0 OWNER twin ${clause}`);
      return remark === undefined ? [] : [remark];
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

interface LocaleClause {
  readonly clause: string;
  readonly remark?: string;
}

function localesLike({ provider, collate, ctype, locale }: DatabaseLocale): LocaleClause[] {
  const plain = (text: string) => /^(C|POSIX)$/.test(text);
  const builtin = (of: string) =>
    `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${literal(of)} LC_COLLATE 'C' LC_CTYPE 'C'`;
  const icu = (of: string) =>
    `LOCALE_PROVIDER icu ICU_LOCALE ${literal(of)} LC_COLLATE 'C' LC_CTYPE 'C'`;
  if (provider === "b") return [{ clause: builtin(locale ?? "C.UTF-8") }];
  if (provider === "i") return [{ clause: icu(locale ?? "und") }];
  if (plain(collate) && plain(ctype)) return [{ clause: builtin("C") }];
  // LIKE cannot use an index under libc's C.UTF-8 as it can under C, or the server's own C.UTF-8.
  const [name = ""] = collate.split(/[.@]/);
  const language = /^(C|POSIX)?$/.test(name) ? "und" : name.replace("_", "-");
  const remark = `text is sorted here as ICU's ${language} sorts it, there as ${collate} does`;
  const libc = `LOCALE_PROVIDER libc LC_COLLATE ${literal(collate)} LC_CTYPE ${literal(ctype)}`;
  return [{ clause: libc }, { clause: icu(language), remark }, { clause: icu("und"), remark }];
}

/** As the superuser, and before there is anything of the database's own that they could run. */
async function makeExtensions(
  server: TwinServer,
  database: string,
  extensions: readonly Named[],
): Promise<void> {
  const wanted = extensions.filter(({ name }) => !LEFT_OUT.test(name));
  const admin = await server.connect("postgres", database);
  try {
    await admin.query("SET search_path = pg_catalog");
    await admin.query("CREATE SCHEMA pgindex_twin");
    await admin.query("CREATE EXTENSION pg_buffercache SCHEMA pgindex_twin");
    const here = await admin.query("SELECT name FROM pg_catalog.pg_available_extensions");
    const available = new Set(here.rows.map((row) => row.name));
    for (const { schema, name } of wanted) {
      if (!available.has(name)) continue;
      await admin.query(`CREATE SCHEMA IF NOT EXISTS ${ident(schema)}`).catch(() => undefined);
      await admin.query(`GRANT ALL ON SCHEMA ${ident(schema)} TO twin`).catch(() => undefined);
      const create = `CREATE EXTENSION IF NOT EXISTS ${ident(name)}`;
      await admin
        .query(`${create} SCHEMA ${ident(schema)} CASCADE`)
        .catch(() => admin.query(`${create} CASCADE`).catch(() => undefined));
    }
  } finally {
    await admin.end();
  }
}

/**
 * Makes what can be made, in as many rounds as that helps: a view can name a function that returns
 * a table's row, which has a type that a function checks. Returns what is missing, and why.
 */
async function makeAll(client: Client, statements: readonly Made[]): Promise<string[]> {
  const missing = statements.flatMap(({ what, cannot }) => (cannot ? [`${what}: ${cannot}`] : []));
  let left = statements.filter(({ cannot }) => cannot === undefined);
  for (;;) {
    const failed: { readonly made: Made; readonly why: string }[] = [];
    for (const each of left) {
      const why = await client.query(each.sql).then(() => undefined, reasonOf);
      if (why !== undefined) failed.push({ made: each, why });
    }
    if (failed.length === 0) return missing;
    if (failed.length === left.length)
      return [...missing, ...failed.map(({ made: { what }, why }) => `${what}: ${why}`)];
    left = failed.map(({ made: each }) => each);
  }
}
