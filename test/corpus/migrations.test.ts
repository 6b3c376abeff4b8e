import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { schemaOf } from "../../providers/pgindex/src/import/declaration.ts";
import { indexesFromSql } from "../../providers/pgindex/src/import/indexesFromSql.ts";
import { buildIndex } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { proveImported } from "./imported.ts";

/**
 * The shapes of migrations and schemas of public projects, reduced, with other names. Most of the
 * projects' folders were read whole; of some it was excerpts. `applied.psql` is what the tool runs, in
 * its order, written by hand. `built.txt` has the indexes that the tool itself left on a server
 * when it ran the folder, and its version.
 */
const FOLDERS = join(import.meta.dirname, "../support/import/migrations");

/** The projects whose files have these shapes. */
const FROM: Readonly<Record<string, string>> = {
  "dbmate-accounts": "supabase/postgres",
  "dbmate-meters": "a db/schema.sql of dbmate's, found by its text alone",
  "diesel-forum": "LemmyNet/lemmy",
  "diesel-registry": "rust-lang/crates.io",
  "diesel-votes": "LemmyNet/lemmy",
  "drizzle-guests": "floren2023/cata-de-vinos, DMikaia/breezly-api, pthieu/p-stack-fs",
  "flyway-workflow": "Netflix/conductor",
  "golang-migrate-devices": "brocaar/chirpstack-application-server",
  "golang-migrate-usage": "openmeterio/openmeter",
  "goose-concurrently": "Permify/permify, chistyakoviv/logbot",
  "goose-replaced": "openfga/openfga",
  "graphile-migrate-groups": "graphile/starter",
  "graphile-migrate-registry": "regen-network/regen-server",
  "knex-records": "NangoHQ/nango",
  "liquibase-conditions": "ArtemRavishev/school, xParadize/digital-wallet-platform",
  "liquibase-stores": "PandaYaY/ExTrack",
  "node-pg-migrate-ratings": "dm-kamaev/dom_su",
  "pg-dump-rentals": "devrimgunduz/pagila",
  "play-tiles": "maproulette/maproulette-backend",
  "prisma-evals": "langfuse/langfuse",
  "prisma-projects": "zketosis/liam",
  "prisma-schema-surveys": "formbricks/formbricks, documenso/documenso",
  "psql-includes": "NilssonTommy/University-Database, message-db/message-db",
  "psql-scripts": "metabrainz/musicbrainz-server",
  "rails-structure": "gitcoinco/code_fund_ads",
  "rails-structure-of-old": "mklaber/redshift_polizei",
  "sequelize-members": "timmyichen/kit-3",
  "sql-migrate-ledger": "stellar/go",
  "sql-migrate-shifts": "target/goalert",
  "sqlx-builds": "rust-lang/docs.rs",
  "sqlx-logins": "element-hq/matrix-authentication-service",
  "supabase-members": "koutyuke/shokupass",
  "typeorm-players": "evanjmg/typeorm-practice",
};

let db: TestDatabase;
beforeEach(async () => {
  db = await createDatabase();
});
afterEach(() => db.drop());

interface Live {
  readonly name: string;
  readonly definition: string;
  readonly constraint: string | null;
  readonly statistics: string;
}

/** Without those that only a constraint declares, and without partitions' parts. */
async function liveIndexes(declared: readonly string[]): Promise<Live[]> {
  const rows = await db.query<Live>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition,
            c.contype AS constraint,
            (SELECT string_agg(attstattarget::text, ',' ORDER BY attnum) FROM pg_attribute
              WHERE attrelid = i.indexrelid AND attstattarget > 0) AS statistics
       FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
       LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
      WHERE r.relnamespace::regnamespace::text NOT LIKE 'pg_%'
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = i.indexrelid)
      ORDER BY 1`,
  );
  return rows.filter(({ name, constraint }) => constraint === null || declared.includes(name));
}

/** The migrations of a folder, as a shell's `**` gives them. */
function filesOf(folder: string): string[] {
  const all = readdirSync(join(FOLDERS, folder), { recursive: true, encoding: "utf8" });
  const names = all.filter((name) => /\.(sql|prisma|c?[jt]s)$/.test(name)).sort();
  return names.map((name) => join(FOLDERS, folder, name));
}

/** Alphabetical order is wrong for these, and no tool's rule is known by the names. */
const IN_ORDER: Readonly<Record<string, readonly string[]>> = {
  "psql-scripts": ["CreateTables.sql", "CreateIndexes.sql"],
};

function inOrder(folder: string): string[] {
  const names = IN_ORDER[folder];
  return names ? names.map((name) => join(FOLDERS, folder, name)) : filesOf(folder);
}

function statementsOf(folder: string): string[] {
  const text = readFileSync(join(FOLDERS, folder, "applied.psql"), "utf8");
  return text.split(/;\n/).filter((statement) => statement.trim() !== "");
}

/** Undefined where the tool was not run. */
function leftByTool(folder: string): string[] | undefined {
  const file = join(FOLDERS, folder, "built.txt");
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).sort();
}

async function dropAll(indexes: readonly Live[]): Promise<void> {
  for (const { name, constraint } of indexes) {
    const [row] = await db.query<{ table: string; index: string }>(
      `SELECT indrelid::regclass::text AS table, quote_ident(relname) AS index
         FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indexrelid = $1::regclass`,
      [name],
    );
    const own = `ALTER TABLE ${row?.table} DROP CONSTRAINT ${row?.index}`;
    await db.query(constraint === null ? `DROP INDEX ${name}` : own);
  }
}

/** That the tool left these on its server, in this server's spelling, which differs by version. */
async function proveLeft(made: readonly Live[], left: readonly string[]): Promise<void> {
  if (left.length === 0) return;
  for (const definition of left) await db.query(definition);
  const found = await liveIndexes(made.map(({ name }) => name));
  const definitions = made.map(({ definition }) => definition);
  expect(found.map(({ definition }) => definition)).toEqual(definitions);
  expect(left).toHaveLength(made.length);
  await dropAll(made);
}

describe("what a tool builds is what is imported", () => {
  test.each(Object.entries(FROM))("%s, as in %s", async (folder) => {
    for (const statement of statementsOf(folder)) await db.query(statement);
    const declarations = indexesFromSql(inOrder(folder));
    const [labels] = await db.query<{ names: string[] }>(
      `SELECT array_agg(format('%I.%I', s, n)::regclass::text) AS names
         FROM unnest($1::text[], $2::text[]) AS t (s, n)`,
      [declarations.map(schemaOf), declarations.map(({ name }) => name)],
    );
    const built = await liveIndexes(labels?.names ?? []);
    expect([...(labels?.names ?? [])].sort()).toEqual(built.map(({ name }) => name).sort());
    const made = built.filter(({ constraint }) => constraint === null);
    await dropAll(built);
    await proveLeft(made, leftByTool(folder) ?? []);
    expect(await liveIndexes(labels?.names ?? [])).toEqual([]);
    for (const declaration of declarations) await buildIndex(db.url, { ...declaration });
    expect(await liveIndexes(labels?.names ?? [])).toEqual(built);
    for (const each of declarations)
      if (!each.constraint) await proveImported({ db }, { ...each, schema: schemaOf(each) });
  });

  test("of at least twenty folders, and each has its line above", () => {
    expect(readdirSync(FOLDERS).sort()).toEqual(Object.keys(FROM).sort());
    expect(Object.keys(FROM).length).toBeGreaterThanOrEqual(20);
    expect(Object.keys(FROM).filter(leftByTool).length).toBeGreaterThanOrEqual(16);
  });
});
