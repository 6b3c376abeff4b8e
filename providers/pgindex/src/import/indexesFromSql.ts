import { readFileSync, realpathSync } from "node:fs";
import { errorText, PgIndexError } from "../engine/errors/advice";
import { isProgram, sqlOfProgram } from "./code/migrationProgram";
import type { IndexDeclaration } from "./declaration";
import { withGraphileIncludes } from "./includes/graphileInclude";
import { inProgram } from "./inProgram";
import { upFiles } from "./migrations/migrationFiles";
import { upPart } from "./migrations/upPart";
import { sqlOfPrismaSchema } from "./prisma/prismaSchema";
import { withoutCopyData } from "./psql/copyData";
import { parseScript } from "./psql/parseScript";
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
 * those of Flyway, golang-migrate, goose and others in the order of their versions. Of a migration only the Up
 * part is read: goose, dbmate, sql-migrate, golang-migrate, Flyway, Liquibase, graphile-migrate,
 * node-pg-migrate and others are recognised, and so is what pg_dump writes. Of a migration that is
 * a program (TypeORM, Kysely), the SQL in its `up` is read, and nothing is run. A `schema.prisma` is
 * read as the SQL that Prisma's own engine makes of it (`@prisma/schema-engine-wasm`). Throws a `PgIndexError`
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
  return inProgram(() => [...readSql(source, options).found]);
}

/** What {@link indexesFromSql} reads, with notes of what it left out. */
export function readSql(source: SqlSource, { schema }: FromSqlOptions = {}): Reading {
  if (typeof source === "object" && "sql" in source) {
    return readHistory([toScript("sql", source.sql, schema)]);
  }
  const { files, notes } = upFiles(typeof source === "string" ? [source] : source, read);
  const reading = readHistory(toScripts(files, schema));
  return { ...reading, notes: [...notes, ...reading.notes] };
}

/** Several files of Prisma's are one schema. */
function toScripts(files: readonly string[], schema: string | undefined): Script[] {
  const prisma = files.filter((file) => file.endsWith(".prisma"));
  const others = files.filter((file) => !file.endsWith(".prisma"));
  const scripts = withoutIncluded(others.map((file) => fromFile(file, schema)));
  const [title] = prisma;
  if (title === undefined) return scripts;
  const texts = prisma.map((path) => ({ path, content: read(path) }));
  return [{ title: `${title} as SQL`, schema, sql: sqlOfPrismaSchema(texts) }, ...scripts];
}

function fromFile(file: string, schema: string | undefined): Script {
  const text = read(file);
  // Its sections are functions: marks in its SQL are comments.
  if (isProgram(file)) return { title: file, schema, sql: sqlOfProgram(text, file) };
  const { sql, origins } = withGraphileIncludes(file, text);
  return { ...toScript(file, sql, schema), origins, path: realpathSync(file) };
}

function toScript(title: string, sql: string, schema: string | undefined): Script {
  return { title, schema, ...upPart(withoutCopyData(sql, title), title) };
}

const INCLUDING = /^[ \t]*\\i(r|nclude)?/m;

/** A file that another one includes runs there, and not on its own. */
function withoutIncluded(scripts: readonly Script[]): Script[] {
  const including = scripts.filter(({ sql }) => INCLUDING.test(sql));
  const included = new Set(including.flatMap((script) => parseScript(script).included));
  return scripts.filter(({ path }) => path === undefined || !included.has(path));
}

function read(file: string): string {
  try {
    // A byte order mark is not SQL.
    return readFileSync(file, "utf8").replace(/^\uFEFF/, "");
  } catch (error) {
    throw new PgIndexError(missingFileAdvice(file, errorText(error)), { cause: error });
  }
}
