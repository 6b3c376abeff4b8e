import type { DoStmt, Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { placeAt } from "../includes/origin";
import { parseTexts } from "../parser/parserThread";
import { stringsOf } from "../parser/parseTree";
import { type BodyStatement, bodyStatements } from "../parser/plpgsql";
import { lineOf, textOf, toSource } from "../parser/sqlTokens";
import { placeholderAdvice } from "../psql/psqlMessages";
import { type FunctionBody, placeOf, type State, type Statement } from "../sql/scriptState";
import {
  blockAdvice,
  blockLanguageAdvice,
  blockTextAdvice,
  blockUnreadableAdvice,
} from "./followMessages";
import type { Scope } from "./scope";

export type Follow = (state: State, statement: Statement) => State;

/** What a DROP names that no index goes with. */
const WITHOUT_INDEXES =
  "policy|trigger|rule|role|user|group|sequence|publication|subscription|event|server|default|not|identity";

/** What a text says that makes, drops or moves indexes, or what they stand on. */
export const INDEXING = new RegExp(
  `\\b(index|drop(?!\\s+(${WITHOUT_INDEXES})\\b)|rename|set\\s+schema|including|attach|detach)\\b`,
  "i",
);

/**
 * Refuses a DO block that may make or change an index: what of it runs, only a server can tell.
 * What a block does besides is not looked at.
 */
export function followDo(
  { state, statement }: Scope,
  { args = [] }: DoStmt,
  follow: Follow,
): State {
  const firstLine = lineOfBody(statement);
  const body = { text: bodyOf(args), language: languageOf(args, "plpgsql"), firstLine };
  requireHarmlessBody({ state, statement }, body, follow);
  return state;
}

/** Refuses a body of PL/pgSQL that may make or change an index. */
export function requireHarmlessBody(
  { state, statement }: Scope,
  { text, language, firstLine }: FunctionBody & { readonly firstLine: number },
  follow: Follow,
): void {
  if (language !== "plpgsql") {
    throw new PgIndexError(blockLanguageAdvice(placeOf(statement), language));
  }
  const inside = bodyStatements(text);
  if (!inside && INDEXING.test(text)) {
    const [placeholder] = /\{\{[^}\n]+\}\}|\$\{[^}\n]+\}/.exec(text) ?? [];
    if (placeholder) throw new PgIndexError(placeholderAdvice(placeOf(statement), placeholder));
    throw new PgIndexError(blockUnreadableAdvice(placeOf(statement)));
  }
  for (const inner of inside ?? []) {
    const place = placeAt(statement.script, firstLine + inner.line - 1);
    const sql = inner.isDynamic ? constantText(inner, place) : inner.sql;
    if (sql !== undefined) requireHarmless({ state, statement }, { sql, place }, follow);
  }
}

export function languageOf(options: readonly Node[], byDefault: string): string {
  const option = options.find((arg) => "DefElem" in arg && arg.DefElem.defname === "language");
  const value = option && "DefElem" in option ? option.DefElem.arg : undefined;
  return value && "String" in value ? (value.String.sval ?? "") : byDefault;
}

/** The text of `AS` in CREATE FUNCTION and DO. */
export function bodyOf(options: readonly Node[]): string {
  const texts = options.flatMap((option) => {
    if (!("DefElem" in option) || option.DefElem.defname !== "as") return [];
    const { arg } = option.DefElem;
    if (!arg) return [];
    return "List" in arg ? stringsOf(arg.List.items) : stringsOf([arg]);
  });
  return texts.join("\n");
}

function lineOfBody({ tokens, source }: Statement): number {
  const body = tokens.find(({ tokenName }) => tokenName === "SCONST");
  return lineOf(source, body?.start ?? 0);
}

/** The text of an EXECUTE that is constant; one that is put together must not be about indexes. */
function constantText({ sql }: BodyStatement, place: string): string | undefined {
  const [parsed] = parseTexts([`SELECT ${sql}`]);
  const constants = parsed?.kind === "ok" ? stringsIn(parsed.tree) : [];
  const isConstant = /^\s*('(''|[^'])*'|\$(\w*)\$.*\$\3\$)\s*$/s.test(sql);
  if (isConstant) return constants[0];
  const text = constants.join(" ");
  if (!/[a-z]{3}/i.test(text) || INDEXING.test(text)) {
    throw new PgIndexError(blockTextAdvice(place, sql.trim()));
  }
  return undefined;
}

function stringsIn(tree: unknown): string[] {
  const texts: string[] = [];
  JSON.stringify(tree, (key, value) => {
    if (key === "sval" && typeof value === "string") texts.push(value);
    return value;
  });
  return texts;
}

export function requireHarmless(
  { state, statement }: Scope,
  { sql, place }: { readonly sql: string; readonly place: string },
  follow: Follow,
): void {
  const [parsed] = parseTexts([sql]);
  if (parsed?.kind !== "ok") {
    if (INDEXING.test(sql)) throw new PgIndexError(blockTextAdvice(place, sql.trim()));
    return;
  }
  const source = toSource(sql, parsed.tokens);
  const text = textOf(source, source.tokens);
  for (const { stmt } of parsed.tree.stmts ?? []) {
    const inner = { ...statement, node: stmt ?? {}, tokens: source.tokens, source } as Statement;
    const isChanged = () => {
      const { found } = follow(state, { ...inner, script: { ...inner.script, title: place } });
      return (
        found.length !== state.found.length || found.some((each, i) => each !== state.found[i])
      );
    };
    if ("IndexStmt" in inner.node || isChanged()) {
      throw new PgIndexError(blockAdvice(place, text));
    }
  }
}
