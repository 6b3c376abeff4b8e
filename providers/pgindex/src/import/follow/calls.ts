import type { CreateFunctionStmt, FuncCall, Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { fieldsOf } from "../../engine/input/namesInQuery";
import { stringsOf } from "../parser/parseTree";
import { type FunctionBody, placeOf, type State } from "../sql/scriptState";
import {
  bodyOf,
  type Follow,
  INDEXING,
  languageOf,
  requireHarmless,
  requireHarmlessBody,
} from "./blocks";
import { callAdvice } from "./followMessages";
import type { Scope } from "./scope";
import { constantOf, setTo } from "./settings";
import { addTemporary } from "./tables";

/** The state that knows what a function does when it is called. */
export function learnFunction(state: State, node: CreateFunctionStmt): State {
  const { funcname, options = [], replace } = node;
  const name = stringsOf(funcname).at(-1) ?? "";
  const body = { text: bodyOf(options), language: languageOf(options, "sql") };
  // Others of the name may have other arguments.
  const others = replace ? [] : (state.functions.get(name) ?? []);
  return { ...state, functions: new Map(state.functions).set(name, [...others, body]) };
}

/** TimescaleDB's functions that make an index on the time column, unless told not to. */
const HYPERTABLES: ReadonlySet<string> = new Set(["create_hypertable"]);

/** `create_index_if_not_exists`: it may be defined anywhere. PostgreSQL's own begin with `pg_`. */
const SOUNDS_LIKE_ONE = /^(?!pg_)(.*_)?(index|indexes|indices|idx)(_|$)/i;

/** What the functions do that a SELECT or CALL calls. */
export function followCalls(scope: Scope, follow: Follow): State {
  const { state, statement } = scope;
  const { node } = statement;
  if ("SelectStmt" in node && node.SelectStmt.intoClause?.rel?.relpersistence === "t") {
    return addTemporary(state, node.SelectStmt.intoClause.rel);
  }
  const calls = callsIn(node);
  const maker = calls.find(({ name }) => {
    const bodies = state.functions.get(name);
    if (!bodies) return SOUNDS_LIKE_ONE.test(name);
    // One that calls itself does nothing else the second time.
    const functions = new Map([...state.functions].filter(([other]) => other !== name));
    const inner = { ...scope, state: { ...state, functions } };
    return bodies.some((body) => !isHarmless(inner, body, follow));
  });
  if (maker) throw new PgIndexError(callAdvice(placeOf(statement), maker.name));
  const notes = calls
    .filter(({ name }) => HYPERTABLES.has(name))
    .map(({ name }) => `${name}, called at ${placeOf(statement)}, may make an index of its own`);
  const noted = { ...state, notes: [...state.notes, ...notes] };
  return calls.filter(({ name }) => name === "set_config").reduce(setConfig, noted);
}

function isHarmless(scope: Scope, { text, language }: FunctionBody, follow: Follow): boolean {
  if (!INDEXING.test(text)) return true;
  try {
    if (language === "sql") requireHarmless(scope, { sql: text, place: "" }, follow);
    else requireHarmlessBody(scope, { text, language, firstLine: 1 }, follow);
    return true;
  } catch (error) {
    if (error instanceof PgIndexError) return false;
    throw error;
  }
}

interface Call {
  readonly name: string;
  readonly args: readonly Node[];
}

function setConfig(state: State, { args: [name, value, local] }: Call): State {
  const setting = name && constantOf(name);
  if (setting === undefined) return state;
  const text = value && constantOf(value);
  const isLocal =
    local !== undefined && "A_Const" in local && local.A_Const.boolval?.boolval === true;
  const values = setting === "search_path" && text !== undefined ? splitPath(text) : [text];
  return setTo(state, setting, { values, isValue: true, isLocal });
}

function splitPath(text: string): string[] {
  return text.split(",").map((part) => part.trim().replace(/^"(.*)"$/, "$1"));
}

/** Every function call in a tree. */
function callsIn(tree: unknown): Call[] {
  const found = [...fieldsOf(tree)].flatMap(([key, child]) => {
    if (key !== "FuncCall" && key !== "funccall") return [];
    const { funcname, args = [] } = child as FuncCall;
    return funcname ? [{ name: stringsOf(funcname).at(-1) ?? "", args }] : [];
  });
  return found.reverse();
}
