import { PgIndexError } from "../../engine/errors/advice";
import { shortened } from "../../engine/text/printable";
import { INDEXING } from "../follow/blocks";
import {
  conditionalCallAdvice,
  noUpFunctionAdvice,
  unreadCallAdvice,
  unreadParameterAdvice,
} from "./codeMessages";
import { loadTypescript } from "./typescriptParser";
import { callsIn, findUp, type UpCall } from "./upCalls";

export function isProgram(file: string): boolean {
  return /\.[cm]?[jt]s$/.test(file);
}

/**
 * The SQL of a migration that is a program, each statement on the line where it stands there: what
 * `up` of TypeORM, Kysely, node-pg-migrate or Knex sends as text. The program is parsed, and never
 * run. Throws {@link PgIndexError} for anything else that may make or drop an index.
 */
export function sqlOfProgram(text: string, file: string): string {
  const typescript = loadTypescript(file);
  const source = typescript.createSourceFile(file, text, typescript.ScriptTarget.Latest, true);
  const up = findUp(typescript, source);
  if (!up) throw new PgIndexError(noUpFunctionAdvice(`${file}:1`));
  if (!/^[\p{L}\p{N}_$]*$/u.test(up.runner)) {
    throw new PgIndexError(unreadParameterAdvice(`${file}:1`, up.runner));
  }
  let sql = "";
  for (const call of callsIn(typescript, up)) {
    const { line } = source.getLineAndCharacterOfPosition(call.start);
    const statement = statementOf(call, `${file}:${line + 1}`);
    if (statement === undefined) continue;
    const missing = line - (sql.split("\n").length - 1);
    // A comment at its end would take the semicolon along.
    sql += `${"\n".repeat(Math.max(0, missing))}${statement}${/--[^\n]*$/.test(statement) ? "\n" : ""};`;
  }
  return sql;
}

/** Of a call, in a message. */
const LONGEST = 80;

/** Undefined for a call that is about no index, whatever it does. */
function statementOf(call: UpCall, place: string): string | undefined {
  const parts = call.sql.join(" … ");
  const isAboutIndexes = INDEXING.test(parts);
  if (!call.isSql) {
    if (isHarmless(call)) return undefined;
    throw new PgIndexError(unreadCallAdvice(place, shortened(call.node.getText(), LONGEST)));
  }
  if (!call.isWhole) {
    const isText = call.sql.length > 0 && (/[a-z]{3}/i.test(parts) || !isCall(call));
    if (!isAboutIndexes && isText) return undefined;
    throw new PgIndexError(unreadCallAdvice(place, shortened(call.node.getText(), LONGEST)));
  }
  if (!call.isConditional) return parts;
  if (!isAboutIndexes) return undefined;
  throw new PgIndexError(conditionalCallAdvice(place, shortened(parts, LONGEST)));
}

/** Methods that make and drop no index, and no table that has some. */
const HARMLESS =
  /\.((start|commit|rollback)Transaction|release|connect|(create|drop)ForeignKeys?|createSchema|(create|drop)CheckConstraints?|hasTable|hasColumn|getTable|addColumns?|insertInto|updateTable|deleteFrom|selectFrom|noTransaction|createExtension)$/;

function isHarmless({ node }: UpCall): boolean {
  // Of a chain, its first method says what it is about.
  const methods = node.getText().split("(");
  const method = (methods[0] ?? "").replaceAll(/\s/g, "");
  return HARMLESS.test(method) || (/\.createTable$/.test(method) && makesNoIndex(node.getText()));
}

/** Keys and unique columns of a new table are constraints: `text` is the call of createTable. */
function makesNoIndex(text: string): boolean {
  return !MENTIONS_INDEXES.test(text) && !DESCRIBED_ELSEWHERE.test(text) && !givesBuilder(text);
}

const MENTIONS_INDEXES = /\b(index\w*|indices|useConstraint)\b/i;

/** TypeORM's table as a value: `createTable(notes)`, `new Table(notes)`. */
const DESCRIBED_ELSEWHERE =
  /createTable\(\s*[\w.]+\s*(,\s*(true|false)\s*)?\)(?!\s*\.)|new Table\(\s*[^{\s]/;

/** Whether the table of Knex's callback is given to a function: `withTimes(table)`. */
function givesBuilder(text: string): boolean {
  const callback = /,\s*(?:async\s+)?(?:function\s*\w*\s*)?\(?\s*(\w+)\s*\)?\s*(?:=>|\{)/.exec(
    text,
  );
  if (!callback) return false;
  const inside = text.slice(callback.index + callback[0].length);
  return new RegExp(`\\w\\(\\s*${callback[1]}\\s*[,)]`).test(inside);
}

/** Any other text of a program may be of any words. */
function isCall({ node }: UpCall): boolean {
  return node.getText().endsWith(")");
}
