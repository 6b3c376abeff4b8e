import { readIndex } from "../../engine/catalog/indexes";
import { differencesOf, renderDifferences } from "../../engine/compare/differences";
import { canonicalize } from "../../engine/compare/forms/canonicalize";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import type { INDEX_FIELDS, IndexField } from "../../engine/declare/indexFields";
import { splitComment } from "../../engine/declare/ownershipMark";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { PgIndexError } from "../../engine/errors/advice";
import { readOnce } from "../../engine/look/readOnce";
import type { Session } from "../../engine/session/session";
import {
  DEFAULT_SCHEMA,
  defined,
  type IndexDeclaration,
  type KeyDeclaration,
} from "../declaration";
import { readScripts } from "../sql/sqlScripts";
import { keepStructure } from "../sql/structureCasts";
import {
  type CatalogIndex,
  hasTable,
  readCatalog,
  readSchemas,
  type Selection,
} from "./liveCatalog";
import { noSuchSchemaAdvice, noSuchTableAdvice } from "./liveMessages";

/** An index that was left out, and why. */
export interface Skipped {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly reason: string;
}

/** The indexes in a database. */
export interface LiveIndexes {
  readonly found: readonly IndexDeclaration[];
  readonly skipped: readonly Skipped[];
  readonly notes: readonly string[];
}

/**
 * The indexes of a database as declarations that `pulumi up` adopts. The server itself confirms, on
 * a temporary copy of the table, that each declaration means the existing index. Changes nothing.
 */
export async function readLiveIndexes(
  session: Session,
  selection: Selection,
): Promise<LiveIndexes> {
  const schemas = await chooseSchemas(session, selection);
  const results: Result[] = [];
  const reading = readOnce(session);
  for (const schema of schemas) {
    const searchPath = schema === DEFAULT_SCHEMA ? [schema] : [schema, DEFAULT_SCHEMA];
    const indexes = await readCatalog(session, schema, searchPath);
    const selected = indexes.filter((each) => isSelected(selection, each));
    results.push(...(await Promise.all(selected.map((each) => declare(reading.part(), each)))));
  }
  return {
    found: results.flatMap((result) => (result.kind === "found" ? [result.declaration] : [])),
    skipped: results.flatMap((result) => (result.kind === "skipped" ? [result.skipped] : [])),
    notes: [...new Set(results.flatMap((result) => (result.kind === "found" ? result.notes : [])))],
  };
}

type Assert<Nothing extends never> = Nothing;

/** Does not compile while a field of an index has no place in a declaration that is imported. */
export type NotImported = Assert<
  Exclude<(typeof INDEX_FIELDS)[IndexField]["argument"], keyof IndexDeclaration>
>;

type Result =
  | { kind: "found"; declaration: IndexDeclaration; notes: readonly string[] }
  | { kind: "skipped"; skipped: Skipped };

async function chooseSchemas(session: Session, { schemas, tables }: Selection): Promise<string[]> {
  const all = await readSchemas(session);
  const missing = schemas.find((schema) => !all.includes(schema));
  if (missing !== undefined) throw new PgIndexError(noSuchSchemaAdvice(missing, all));
  const chosen = schemas.length > 0 ? [...schemas] : all;
  for (const table of tables) {
    const places = table.schema === undefined ? chosen : [table.schema];
    if (await hasTable(session, places, table.name)) continue;
    throw new PgIndexError(noSuchTableAdvice(table.name, places));
  }
  const named = tables.map(({ schema }) => schema).filter((schema) => schema !== undefined);
  const isOpen = schemas.length > 0 || tables.length === 0 || named.length < tables.length;
  return [...new Set(isOpen ? [...chosen, ...named] : named)];
}

function isSelected({ tables }: Selection, index: CatalogIndex): boolean {
  if (tables.length === 0) return true;
  return tables.some(
    ({ schema = index.schema, name }) => schema === index.schema && name === index.table,
  );
}

async function declare(session: Session, index: CatalogIndex): Promise<Result> {
  const reason = reasonToSkip(index);
  if (reason !== undefined) return skip(index, reason);
  const plain = toDeclaration(index, index.pretty);
  if (!hasExpressions(plain)) return { kind: "found", declaration: plain, notes: [] };
  return verified(session, index);
}

/**
 * The first spelling that the server reads as the existing index, or the last one if the server
 * cannot check.
 */
async function verified(session: Session, index: CatalogIndex): Promise<Result> {
  const live = await readIndex(session, index.oid);
  if (!live) return skip(index, "was dropped while it was being read");
  const safest = () => keepStructure(index.exact);
  let difference = "";
  for (const spell of [() => index.pretty, () => keepStructure(index.pretty), safest]) {
    const declaration = toDeclaration(index, spell());
    const form = await canonicalize(session, await parse(declaration));
    if (form.kind === "cannotVerify") {
      return { kind: "found", declaration: toDeclaration(index, safest()), notes: [UNVERIFIED] };
    }
    const differences =
      form.kind === "ok" ? differencesOf(form.canonical, live.canonical) : undefined;
    if (differences?.length === 0) return { kind: "found", declaration, notes: [] };
    difference =
      form.kind === "refused" ? form.error.message : renderDifferences(differences ?? []);
  }
  return skip(
    index,
    `cannot be written so that PostgreSQL reads it as the same index (${difference})`,
  );
}

const UNVERIFIED =
  "expressions could not be checked on a temporary copy of the table " +
  "(this needs SELECT on the table, TEMP on the database and a session that can write)";

async function parse(declaration: IndexDeclaration): Promise<DesiredIndex> {
  const parsed = await parseIndexArgs(declaration);
  if (parsed.kind === "ok") return parsed.value;
  throw new Error(`bug in pgindex: it wrote an invalid declaration: ${JSON.stringify(parsed)}`);
}

function reasonToSkip(index: CatalogIndex): string | undefined {
  if (index.constraint !== null) return `backs the constraint ${index.constraint}`;
  if (index.parent !== null) return `is part of the partitioned index ${index.parent}`;
  if (index.extension !== null) return `is on a table of the extension ${index.extension}`;
  if (!index.isUsable) {
    return "is INVALID: the leftover of an unfinished build, REINDEX or drop";
  }
  return undefined;
}

function skip({ schema, name, table }: CatalogIndex, reason: string): Result {
  return { kind: "skipped", skipped: { schema, name, table, reason } };
}

/**
 * The declaration from CREATE INDEX, with the catalog's names and with properties that CREATE INDEX
 * does not print.
 */
function toDeclaration(index: CatalogIndex, sql: string): IndexDeclaration {
  const [read] = readScripts([{ sql, title: index.name }]);
  if (!read) throw new Error(`the server did not print a CREATE INDEX: ${sql}`);
  const { schema: _, ...rest } = read;
  return defined({
    schema: index.schema === DEFAULT_SCHEMA ? undefined : index.schema,
    ...rest,
    table: index.table,
    columns: read.columns.map((key, i) => withStatistics(key, index.statistics[i])),
    tablespace: index.tablespace ?? undefined,
    // An owner's mark is no comment of the user's.
    comment: splitComment(index.comment).comment ?? undefined,
  });
}

function withStatistics(
  key: string | KeyDeclaration,
  target: number | null | undefined,
): string | KeyDeclaration {
  if (target === null || target === undefined || target < 0) return key;
  return { ...(typeof key === "string" ? { column: key } : key), statistics: target };
}

function hasExpressions({ columns, predicate }: IndexDeclaration): boolean {
  const isExpression = (key: string | KeyDeclaration) =>
    typeof key !== "string" && key.expression !== undefined;
  return predicate !== undefined || columns.some(isExpression);
}
