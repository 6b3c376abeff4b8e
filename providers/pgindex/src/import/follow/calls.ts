import type { CreateFunctionStmt, Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { stringsOf } from "../parser/parseTree";
import { placeOf, type State } from "../sql/scriptState";
import { callAdvice } from "./followMessages";
import type { Scope } from "./scope";
import { constantOf, setTo } from "./settings";
import { addTemporary } from "./tables";

/** What a text says that makes, drops or moves indexes, or what they stand on. */
export const INDEXING = /\b(index|drop|rename|set\s+schema|including|attach|detach)\b/i;

/** The state that knows what a function does when it is called. */
export function learnFunction(state: State, { funcname, options = [] }: CreateFunctionStmt): State {
  const name = stringsOf(funcname).at(-1) ?? "";
  const makers = new Set(state.makers);
  makers.delete(name);
  if (INDEXING.test(bodyOf(options))) makers.add(name);
  return { ...state, makers };
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

/** TimescaleDB's functions that make an index on the time column, unless told not to. */
const HYPERTABLES: ReadonlySet<string> = new Set(["create_hypertable"]);

/** `create_index_if_not_exists`: it may be defined anywhere. PostgreSQL's own begin with `pg_`. */
const SOUNDS_LIKE_ONE = /^(?!pg_)(.*_)?(index|indexes|indices|idx)(_|$)/i;

/** What the functions do that a SELECT or CALL calls. */
export function followCalls(scope: Scope): State {
  const { state, statement } = scope;
  const { node } = statement;
  if ("SelectStmt" in node && node.SelectStmt.intoClause?.rel?.relpersistence === "t") {
    return addTemporary(state, node.SelectStmt.intoClause.rel);
  }
  const calls = callsIn(node);
  const maker = calls.find(({ name }) => state.makers.has(name) || SOUNDS_LIKE_ONE.test(name));
  if (maker) throw new PgIndexError(callAdvice(placeOf(statement), maker.name));
  const notes = calls
    .filter(({ name }) => HYPERTABLES.has(name))
    .map(({ name }) => `${name}, called at ${placeOf(statement)}, may make an index of its own`);
  const noted = { ...state, notes: [...state.notes, ...notes] };
  return calls.filter(({ name }) => name === "set_config").reduce(setConfig, noted);
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
  const found: Call[] = [];
  const left = [tree];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null) continue;
    for (const [key, child] of Object.entries(node)) {
      const isCall = (key === "FuncCall" || key === "funccall") && child.funcname !== undefined;
      if (isCall)
        found.push({ name: stringsOf(child.funcname).at(-1) ?? "", args: child.args ?? [] });
      left.push(child);
    }
  }
  return found.reverse();
}
