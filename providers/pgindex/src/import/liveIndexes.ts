import { readIndex } from "../engine/catalog/indexes";
import { canonicalize } from "../engine/compare/clone";
import { differencesOf, renderDifferences } from "../engine/compare/differences";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import { parseIndexArgs } from "../engine/declare/parseIndex";
import { PgIndexError } from "../engine/errors/advice";
import type { Session } from "../engine/session/session";
import { DEFAULT_SCHEMA, defined, type IndexDeclaration, type KeyDeclaration } from "./declaration";
import {
  type CatalogIndex,
  hasTable,
  readCatalog,
  readSchemas,
  type Selection,
} from "./liveCatalog";
import { noSuchSchemaAdvice, noSuchTableAdvice } from "./liveMessages";
import { readScripts } from "./sqlScripts";
import { keepStructure } from "./structureCasts";

/** An index that is not declared, and why. */
export interface Skipped {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly reason: string;
}

/** What a database has. */
export interface LiveIndexes {
  readonly found: readonly IndexDeclaration[];
  readonly skipped: readonly Skipped[];
  readonly notes: readonly string[];
}

/**
 * The indexes of a database as declarations that `pulumi up` adopts: the server itself is asked
 * whether each means the index that stands, on a temporary copy of the table. Changes nothing.
 */
export async function readLiveIndexes(
  session: Session,
  selection: Selection,
): Promise<LiveIndexes> {
  const schemas = await chooseSchemas(session, selection);
  const results: Result[] = [];
  for (const schema of schemas) {
    const searchPath = schema === DEFAULT_SCHEMA ? [schema] : [schema, DEFAULT_SCHEMA];
    const indexes = await readCatalog(session, schema, searchPath);
    for (const index of indexes.filter((each) => isSelected(selection, each))) {
      results.push(await declare(session, index));
    }
  }
  return {
    found: results.flatMap((result) => (result.kind === "found" ? [result.declaration] : [])),
    skipped: results.flatMap((result) => (result.kind === "skipped" ? [result.skipped] : [])),
    notes: [...new Set(results.flatMap((result) => (result.kind === "found" ? result.notes : [])))],
  };
}

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
 * The first spelling that the server reads as the index that stands; the last one where it cannot
 * be asked.
 */
async function verified(session: Session, index: CatalogIndex): Promise<Result> {
  const live = await readIndex(session, index.oid);
  if (!live) return skip(index, "was dropped while it was read");
  const safest = () => keepStructure(index.exact);
  let difference = "";
  for (const spell of [() => index.pretty, () => keepStructure(index.pretty), safest]) {
    const declaration = toDeclaration(index, spell());
    const form = await canonicalize(session, await parse(declaration));
    if (form.kind === "cannotVerify" && form.obstacle === "rowType")
      return skip(index, "takes a whole row of its table, which a temporary copy cannot show");
    if (form.kind === "cannotVerify") {
      return { kind: "found", declaration: toDeclaration(index, safest()), notes: [UNVERIFIED] };
    }
    const differences =
      form.kind === "ok" ? differencesOf(form.canonical, live.canonical) : undefined;
    if (differences?.length === 0) return { kind: "found", declaration, notes: [] };
    difference =
      form.kind === "refused" ? form.error.message : renderDifferences(differences ?? []);
  }
  return skip(index, `has no spelling that PostgreSQL reads as the same index (${difference})`);
}

const UNVERIFIED =
  "the server did not let expressions be checked on a temporary copy of a table (it needs SELECT on the table, TEMP on the database and a session that may write)";

async function parse(declaration: IndexDeclaration): Promise<DesiredIndex> {
  const parsed = await parseIndexArgs(declaration);
  if (parsed.kind === "ok") return parsed.value;
  throw new Error(`a declaration of ours is wrong: ${JSON.stringify(parsed)}`);
}

function reasonToSkip(index: CatalogIndex): string | undefined {
  if (index.constraint !== null) return `backs the constraint ${index.constraint}`;
  if (index.parent !== null) return `is a part of the partitioned index ${index.parent}`;
  if (index.extension !== null) return `is on a table of the extension ${index.extension}`;
  if (!index.isUsable) {
    return "is INVALID: what a build, a REINDEX or a drop that did not end has left";
  }
  return undefined;
}

function skip({ schema, name, table }: CatalogIndex, reason: string): Result {
  return { kind: "skipped", skipped: { schema, name, table, reason } };
}

/**
 * What CREATE INDEX says, with the names that the catalog has and what CREATE INDEX does not print.
 */
function toDeclaration(index: CatalogIndex, sql: string): IndexDeclaration {
  const [read] = readScripts([{ sql, title: index.name }]);
  if (!read) throw new Error(`the server printed no CREATE INDEX: ${sql}`);
  const { schema: _, ...rest } = read;
  return defined({
    schema: index.schema === DEFAULT_SCHEMA ? undefined : index.schema,
    ...rest,
    table: index.table,
    columns: read.columns.map((key, i) => withStatistics(key, index.statistics[i])),
    tablespace: index.tablespace ?? undefined,
    comment: index.comment ?? undefined,
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
