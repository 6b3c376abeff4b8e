import type { Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { placeholderAdvice } from "../psql/psqlMessages";
import { placeOf, type State, type Statement } from "./scriptState";

/** Refuses a statement that makes or changes indexes and whose text a tool has yet to fill in. */
export function requireFilledIn({ found }: State, statement: Statement): void {
  const { node, tokens } = statement;
  const inside = tokens.map(({ text }) => /\$\{[\w.:-]+\}/.exec(text)?.[0]).find(Boolean);
  const isIndex = "IndexStmt" in node;
  const placeholder = statement.placeholder ?? (isIndex ? inside : undefined);
  if (placeholder === undefined) return;
  if (isIndex || setsSearchPath(node) || (found.length > 0 && mayChangeIndexes(node))) {
    throw new PgIndexError(placeholderAdvice(placeOf(statement), placeholder));
  }
}

function setsSearchPath(node: Node): boolean {
  return "VariableSetStmt" in node && node.VariableSetStmt.name === "search_path";
}

const CHANGING = ["DropStmt", "RenameStmt", "AlterObjectSchemaStmt", "DoStmt"];

function mayChangeIndexes(node: Node): boolean {
  if ("AlterTableStmt" in node) {
    return (node.AlterTableStmt.cmds ?? []).some(
      (cmd) => "AlterTableCmd" in cmd && /Drop|Attach|Detach/.test(cmd.AlterTableCmd.subtype ?? ""),
    );
  }
  return CHANGING.some((kind) => kind in node);
}
