import type { Node } from "libpg-query";
import { labelOf } from "../declaration";
import { labelFor, type Scope } from "../follow/scope";
import { nameParts, stringsOf } from "../parser/parseTree";
import { type OtherStatement, placeOf, type State, type Statement } from "./scriptState";

/**
 * The statement, unless it is one of a session (SET, BEGIN) or has changed what is declared.
 * `before` and `after`: the state around it.
 */
export function otherStatement(
  before: State,
  after: State,
  statement: Statement,
): OtherStatement | undefined {
  const { node, tokens, source } = statement;
  const isFollowed = before.found !== after.found;
  if (isFollowed || SESSION.some((kind) => kind in node) || isSetConfig(node)) return undefined;
  const first = tokens[0];
  const last = tokens.at(-1);
  if (!first || !last) return undefined;
  const sql = source.bytes.subarray(first.start, last.end).toString();
  return { place: placeOf(statement), sql, ...dropsOf({ state: before, statement }, node) };
}

/** Those of them that matter: a file may begin by dropping what it creates. */
export function withoutOwnDrops({ others, found }: State): readonly OtherStatement[] {
  const labels = new Set(found.map(labelOf));
  return others.filter(({ drops }) => !drops?.every((label) => labels.has(label)));
}

const SESSION = ["VariableSetStmt", "VariableShowStmt", "TransactionStmt"];

/** What pg_dump begins with. */
function isSetConfig(node: Node): boolean {
  if (!("SelectStmt" in node) || node.SelectStmt.fromClause) return false;
  const targets = node.SelectStmt.targetList ?? [];
  return targets.every((target) => {
    const value = "ResTarget" in target ? target.ResTarget.val : undefined;
    const isCall = value !== undefined && "FuncCall" in value;
    return isCall && stringsOf(value.FuncCall.funcname).at(-1) === "set_config";
  });
}

function dropsOf(scope: Scope, node: Node): Pick<OtherStatement, "drops"> {
  if (!("DropStmt" in node)) return {};
  const { removeType, missing_ok, objects = [] } = node.DropStmt;
  if (removeType !== "OBJECT_INDEX" || !missing_ok) return {};
  return { drops: objects.map((object) => labelFor(scope, nameParts(object))) };
}
