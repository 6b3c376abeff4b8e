import type { CommentStmt, Node } from "libpg-query";
import { splitComment } from "../../engine/declare/ownershipMark";
import { PgIndexError } from "../../engine/errors/advice";
import { type IndexDeclaration, labelOf } from "../declaration";
import { nameParts } from "../parser/parseTree";
import { placeOf, type State, type Statement } from "../sql/scriptState";
import { alter } from "./alterTable";
import { followDo } from "./blocks";
import { followCalls, learnFunction } from "./calls";
import { drop } from "./drops";
import { allOfAdvice } from "./followMessages";
import { move, rename } from "./renames";
import { labelFor, type Scope } from "./scope";
import { endTransaction, setVariable } from "./settings";
import { learnQueryTable, learnTable, learnView } from "./tables";

/** The effect of a statement other than CREATE INDEX on what is there. */
export function followStatement(state: State, statement: Statement): State {
  const { node } = statement;
  const scope = { state, statement };
  if ("CreateStmt" in node) return learnTable(scope, node.CreateStmt);
  if ("CreateTableAsStmt" in node) return learnQueryTable(scope, node.CreateTableAsStmt);
  if ("ViewStmt" in node) return learnView(scope, node.ViewStmt);
  if ("VariableSetStmt" in node) return setVariable(state, node.VariableSetStmt);
  if ("TransactionStmt" in node) return endTransaction(state, node.TransactionStmt);
  if ("CreateFunctionStmt" in node) return learnFunction(state, node.CreateFunctionStmt);
  if (CALLING.some((kind) => kind in node)) return followCalls(scope, followStatement);
  if ("DoStmt" in node) return followDo(scope, node.DoStmt, followStatement);
  if ("AlterTableStmt" in node) return alter(scope, node.AlterTableStmt);
  if ("DropStmt" in node) return drop(scope, node.DropStmt);
  if ("RenameStmt" in node) return rename(scope, node.RenameStmt);
  if ("AlterObjectSchemaStmt" in node) return move(scope, node.AlterObjectSchemaStmt);
  if ("CommentStmt" in node) return { ...state, found: comment(scope, node.CommentStmt) };
  requireNoneOfAll(scope, node);
  return state;
}

/** Statements that may call functions when they run. */
const CALLING = ["SelectStmt", "CallStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"];

/** Statements that name no index, and mean all that some role or tablespace has. */
function requireNoneOfAll({ state, statement }: Scope, node: Node): void {
  const isAll = "DropOwnedStmt" in node || "AlterTableMoveAllStmt" in node;
  const [hit] = state.found;
  if (!isAll || !hit) return;
  const text = statement.tokens.map((token) => token.text).join(" ");
  throw new PgIndexError(allOfAdvice(placeOf(statement), text, labelOf(hit)));
}

function comment(scope: Scope, { objtype, object, comment }: CommentStmt) {
  const { found } = scope.state;
  if (objtype !== "OBJECT_INDEX") return found;
  const label = labelFor(scope, nameParts(object));
  const { comment: own } = splitComment(comment ?? null);
  return found.map((index): IndexDeclaration => {
    if (labelOf(index) !== label) return index;
    const { comment: _, ...rest } = index;
    return own === null ? rest : { ...rest, comment: own };
  });
}
