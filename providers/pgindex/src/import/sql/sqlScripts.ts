import type { IndexStmt, Node, RawStmt } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { defined, type IndexDeclaration, inSchema, labelOf, schemaOf } from "../declaration";
import { followStatement } from "../follow/followStatement";
import { takeOver } from "../follow/partitions";
import { isTemporary, schemaFor } from "../follow/scope";
import { type Source, tokensBetween, toSource } from "../parser/sqlTokens";
import { type Placeholder, parseScript } from "../psql/parseScript";
import { defaultName } from "./defaultIndexName";
import { sameExpressions } from "./indexExpressions";
import { type ReadIndex, readIndexStatement } from "./indexStatement";
import { requireNotUndone, track } from "./madeAndDropped";
import { otherStatement, withoutOwnDrops } from "./otherStatements";
import { requireFilledIn } from "./placeholders";
import {
  firstLineOf,
  NOTHING,
  nextSession,
  type OtherStatement,
  placeOf,
  type Script,
  type State,
  type Statement,
} from "./scriptState";
import {
  duplicateAdvice,
  nestedAdvice,
  takenNameAdvice,
  unclearSchemaAdvice,
  unnamedAdvice,
  unsureExpressionAdvice,
} from "./sqlMessages";

/** What was read. */
export interface Reading {
  readonly found: readonly IndexDeclaration[];
  /** What nobody has to act on. */
  readonly notes: readonly string[];
  /** What else stands in the SQL: nothing of it is declared. */
  readonly others: readonly OtherStatement[];
}

/** The declarations in SQL, see {@link readHistory}. */
export function readScripts(scripts: readonly Script[]): readonly IndexDeclaration[] {
  return readHistory(scripts).found;
}

/**
 * Reads the declarations in SQL: indexes that CREATE INDEX creates and no later statement drops.
 * Everything else is ignored, unless it changes one of these indexes in a way we cannot follow.
 * Several scripts are read in order.
 */
export function readHistory(scripts: readonly Script[]): Reading {
  const end = scripts.reduce(readScript, NOTHING);
  return { found: end.found, notes: end.notes, others: withoutOwnDrops(end) };
}

/** What is declared after each of the scripts, read in order. */
export function readEach(scripts: readonly Script[]): (readonly IndexDeclaration[])[] {
  let state = NOTHING;
  return scripts.map((script) => {
    state = readScript(state, script);
    return state.found;
  });
}

function readScript(before: State, written: Script): State {
  const parsed = parseScript(written);
  const script = { ...written, origins: parsed.origins };
  const source = toSource(parsed.sql, parsed.tokens);
  const statements = (parsed.tree.stmts ?? []).map((raw) =>
    toStatement({ script, source, placeholders: parsed.placeholders }, raw),
  );
  const read = readIndexes(statements);
  const end = statements.reduce(
    (state, statement) => step(state, statement, read.get(statement)),
    nextSession(before),
  );
  return requireNotUndone(end, statements);
}

function step(state: State, statement: Statement, index: Read | undefined): State {
  requireFilledIn(state, statement);
  if (index) return followed(state, addIndex(state, statement, index), statement);
  const next = followed(state, followStatement(state, statement), statement);
  const other = otherStatement(state, next, statement);
  return other ? { ...next, others: [...next.others, other] } : next;
}

function followed(state: State, next: State, statement: Statement): State {
  if (isSame(state.found, next.found)) return { ...next, found: state.found };
  return track(state, requireCertain(next, statement), statement);
}

function isSame(before: State["found"], after: State["found"]): boolean {
  return before.length === after.length && before.every((index, i) => index === after[i]);
}

/** The statement changes what is declared. */
function requireCertain(next: State, statement: Statement): State {
  const at = firstLineOf(statement);
  const line = statement.script.origins?.[at - 1]?.own ?? at;
  const doubt = statement.script.doubts?.find(({ from, to }) => from <= line && line <= to);
  if (!doubt) return next;
  const place = placeOf(statement);
  if (!doubt.note || !isIndex(statement.node)) throw new PgIndexError(doubt.advice(place));
  return { ...next, notes: [...next.notes, doubt.note(place)] };
}

interface Around {
  readonly script: Script;
  readonly source: Source;
  readonly placeholders: readonly Placeholder[];
}

function toStatement({ script, source, placeholders }: Around, raw: RawStmt): Statement {
  const start = raw.stmt_location ?? 0;
  const end = raw.stmt_len ? start + raw.stmt_len : source.bytes.length;
  const tokens = tokensBetween(source, start, end);
  const placeholder = placeholders.find(({ at }) => start <= at && at < end)?.text;
  return { node: raw.stmt ?? ({} as Node), tokens, source, script, placeholder };
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
  const { table, tablespace = state.tablespace, ...rest } = declaration;
  if (isTemporary(state, node.relation)) return state;
  const schema = node.relation?.schemaname ?? schemaFor(state, statement.script, table);
  if (schema === undefined) {
    throw new PgIndexError(unclearSchemaAdvice(placeOf(statement), state.searchPath ?? []));
  }
  const isTaken = (name: string) =>
    state.found.some((other) => schemaOf(other) === schema && other.name === name);
  const name = node.idxname ?? defaultName(node, isTaken);
  if (name === undefined) throw new PgIndexError(unnamedAdvice(placeOf(statement)));
  if (isTaken(name)) {
    if (node.if_not_exists) return state;
    throw new PgIndexError(duplicateAdvice(placeOf(statement), labelOf({ schema, name })));
  }
  if (state.tables.has(labelOf({ schema, name }))) {
    if (node.if_not_exists) return state;
    throw new PgIndexError(takenNameAdvice(placeOf(statement), labelOf({ schema, name })));
  }
  const index = defined({ ...inSchema(schema), table, name, ...rest, tablespace });
  const others = node.relation?.inh ? takeOver(state, index) : state.found;
  return { ...state, found: [...others, index] };
}
