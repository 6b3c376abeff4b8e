import { readFileSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { prismaSchemaAdvice } from "./code/codeMessages";
import { isProgram, sqlOfProgram } from "./code/migrationProgram";
import type { IndexDeclaration } from "./declaration";
import { upFiles } from "./migrations/migrationFiles";
import { upPart } from "./migrations/upPart";
import { withoutCopyData } from "./psql/copyData";
import type { Script } from "./sql/scriptState";
import { missingFileAdvice } from "./sql/sqlMessages";
import { type Reading, readHistory } from "./sql/sqlScripts";

/** How to read SQL. */
export interface FromSqlOptions {
  /**
   * The schema of tables that the SQL names without one.
   * @default public, or what its SET search_path says
   */
  readonly schema?: string;
}

/** A file, several in order, or the SQL itself. */
export type SqlSource = string | readonly string[] | { readonly sql: string };

/**
 * The indexes that SQL creates, as declarations: those from its CREATE INDEX statements that no
 * later statement drops. Constraints are not indexes, and everything else is ignored. An unnamed
 * index gets the name PostgreSQL would give it. Several files are read in order, like migrations;
 * those of Flyway and golang-migrate in the order of their versions. Of a migration only the Up
 * part is read: goose, dbmate, sql-migrate, golang-migrate, Flyway, Liquibase, graphile-migrate,
 * node-pg-migrate and others are recognised, and so is what pg_dump writes. Of a migration that is
 * a program (TypeORM, Kysely), the SQL in its `up` is read, and nothing is run. Throws a `PgIndexError`
 * with file and line if the SQL cannot be read or followed, or may be a Down part.
 *
 * @example
 * for (const declaration of pgindex.indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")) {
 *   new pgindex.Index(declaration.name, declaration);
 * }
 */
export function indexesFromSql(
  source: SqlSource,
  options: FromSqlOptions = {},
): IndexDeclaration[] {
  return [...readSql(source, options).found];
}

/** What {@link indexesFromSql} reads, with notes of what it left out. */
export function readSql(source: SqlSource, { schema }: FromSqlOptions = {}): Reading {
  if (typeof source === "object" && "sql" in source) {
    return readHistory([toScript("sql", source.sql, schema)]);
  }
  const { files, notes } = upFiles(typeof source === "string" ? [source] : source);
  const reading = readHistory(files.map((file) => fromFile(file, schema)));
  return { ...reading, notes: [...notes, ...reading.notes] };
}

function fromFile(file: string, schema: string | undefined): Script {
  if (file.endsWith(".prisma")) throw new PgIndexError(prismaSchemaAdvice(file));
  const text = read(file);
  // Its sections are functions: marks in its SQL are comments.
  if (isProgram(file)) return { title: file, schema, sql: sqlOfProgram(text, file) };
  return toScript(file, text, schema);
}

function toScript(title: string, sql: string, schema: string | undefined): Script {
  return { title, schema, ...upPart(withoutCopyData(sql, title), title) };
}

function read(file: string): string {
  try {
    // A byte order mark is not SQL.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PgIndexError(missingFileAdvice(file, errorText(error)), { cause: error });
  }
}
