import type { IndexStmt, Node, RawStmt } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { DEFAULT_SCHEMA, type IndexDeclaration, labelOf, schemaOf } from "../declaration";
import { parseTexts } from "../parser/parserThread";
import { type Source, tokensBetween, toSource } from "../parser/sqlTokens";
import { defaultName } from "./defaultIndexName";
import { defaultSchema, followStatement, isTemporary } from "./followStatement";
import { sameExpressions } from "./indexExpressions";
import { type ReadIndex, readIndexStatement } from "./indexStatement";
import { placeOf, type Script, type State, type Statement } from "./scriptState";
import {
  duplicateAdvice,
  nestedAdvice,
  unclearSchemaAdvice,
  unnamedAdvice,
  unreadableAdvice,
  unsureExpressionAdvice,
} from "./sqlMessages";

/**
 * Reads the declarations in SQL: indexes that CREATE INDEX creates and no later statement drops.
 * Everything else is ignored, unless it changes one of these indexes in a way we cannot follow.
 * Several scripts are read in order.
 */
export function readScripts(scripts: readonly Script[]): readonly IndexDeclaration[] {
  return scripts.reduce<readonly IndexDeclaration[]>(readScript, []);
}

function readScript(found: readonly IndexDeclaration[], script: Script) {
  const [parsed] = parseTexts([script.sql]);
  if (parsed?.kind !== "ok") {
    const line = script.sql.slice(0, parsed?.position ?? 0).split("\n").length;
    throw new PgIndexError(
      unreadableAdvice(`${script.title}:${line}`, parsed?.message ?? "no answer"),
    );
  }
  const source = toSource(script.sql, parsed.tokens);
  const statements = (parsed.tree.stmts ?? []).map((raw) => toStatement(script, source, raw));
  const read = readIndexes(statements);
  const start: State = { found, temporary: [] };
  return statements.reduce((state, statement) => {
    const index = read.get(statement);
    return index ? addIndex(state, statement, index) : followStatement(state, statement);
  }, start).found;
}

function toStatement(script: Script, source: Source, raw: RawStmt): Statement {
  const start = raw.stmt_location ?? 0;
  const end = raw.stmt_len ? start + raw.stmt_len : source.bytes.length;
  const tokens = tokensBetween(source, start, end);
  return { node: raw.stmt ?? ({} as Node), tokens, source, script };
}

type Read = ReadIndex & { readonly node: IndexStmt };

/**
 * Reads all indexes together, so the parser is called only once for their expressions. The schema
 * is not known yet.
 */
function readIndexes(statements: readonly Statement[]): ReadonlyMap<Statement, Read> {
  const read = statements.flatMap((statement) => {
    const { node, tokens, source } = statement;
    if ("CreateSchemaStmt" in node && node.CreateSchemaStmt.schemaElts?.some(isIndex)) {
      throw new PgIndexError(nestedAdvice(placeOf(statement)));
    }
    if (!isIndex(node)) return [];
    const index = readIndexStatement(source, { node: node.IndexStmt, tokens });
    return [[statement, { ...index, node: node.IndexStmt }] as const];
  });
  const same = sameExpressions(read.map(([, index]) => index.expressions));
  const wrong = read[same.indexOf(false)];
  if (wrong) throw new PgIndexError(unsureExpressionAdvice(placeOf(wrong[0])));
  return new Map(read);
}

function isIndex(node: Node): node is { IndexStmt: IndexStmt } {
  return "IndexStmt" in node;
}

function addIndex(state: State, statement: Statement, { node, declaration }: Read): State {
  const schema = node.relation?.schemaname ?? defaultSchema(state, statement.script);
  if (schema === undefined) {
    throw new PgIndexError(unclearSchemaAdvice(placeOf(statement), state.searchPath ?? []));
  }
  const { table, ...rest } = declaration;
  if (isTemporary(state, node.relation)) return state;
  const isTaken = (name: string) =>
    state.found.some((other) => schemaOf(other) === schema && other.name === name);
  const name = node.idxname ?? defaultName(node, isTaken);
  if (name === undefined) throw new PgIndexError(unnamedAdvice(placeOf(statement)));
  if (isTaken(name)) {
    if (node.if_not_exists) return state;
    throw new PgIndexError(duplicateAdvice(placeOf(statement), labelOf({ schema, name })));
  }
  const where = schema === DEFAULT_SCHEMA ? {} : { schema };
  return { ...state, found: [...state.found, { ...where, table, name, ...rest }] };
}
