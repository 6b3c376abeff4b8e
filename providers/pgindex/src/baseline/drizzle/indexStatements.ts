import type { Node } from "libpg-query";
import { splitComment } from "../../engine/declare/ownershipMark";
import type { Session } from "../../engine/session/session";
import { qualified } from "../../engine/text/sql";
import { DEFAULT_SCHEMA } from "../../import/declaration";
import { nameParts } from "../../import/parser/parseTree";
import { labelOfParts } from "../split/nodes";
import type { PlacedStatement } from "../split/placing";
import type { StatementsRequest } from "./pendingMigrations";

/**
 * Whether a statement runs. One on an index that is built apart is left out where the index is not
 * there yet, since it is built as it has to be at the end; and a DROP INDEX where an index of the
 * same name is declared in its place, which replaces it without a gap.
 */
export async function isRun(
  session: Session,
  { node }: PlacedStatement,
  { names, declares }: Pick<StatementsRequest, "names" | "declares">,
): Promise<boolean> {
  const targets = indexesNamedBy(node);
  if (targets.length === 0 || !targets.every(([label]) => names.includes(label))) return true;
  const isDrop = "DropStmt" in node;
  for (const [label, name] of targets) {
    const found = await findIndex(session, name);
    const isReplaced = isDrop && declares.includes(label) && found?.isOurs;
    if (found && !isReplaced) return true;
  }
  return false;
}

/** The indexes that a statement is about, if it is about indexes only: labels, and quoted names. */
function indexesNamedBy(node: Node): (readonly [label: string, name: string])[] {
  if ("DropStmt" in node) {
    const { removeType, objects = [] } = node.DropStmt;
    return removeType === "OBJECT_INDEX" ? objects.map((each) => named(nameParts(each))) : [];
  }
  if ("CommentStmt" in node) {
    const { objtype, object } = node.CommentStmt;
    return objtype === "OBJECT_INDEX" ? [named(nameParts(object))] : [];
  }
  const altered =
    "RenameStmt" in node && node.RenameStmt.renameType === "OBJECT_INDEX"
      ? node.RenameStmt
      : "AlterTableStmt" in node && node.AlterTableStmt.objtype === "OBJECT_INDEX"
        ? node.AlterTableStmt
        : undefined;
  const { schemaname, relname } = altered?.relation ?? {};
  if (relname === undefined) return [];
  return [named(schemaname === undefined ? [relname] : [schemaname, relname])];
}

function named(parts: readonly string[]): readonly [label: string, name: string] {
  const [name = "", schema = DEFAULT_SCHEMA] = [...parts].reverse();
  return [labelOfParts(parts), qualified(schema, name)];
}

/** The index of this name, and whether it carries a mark of ours. */
async function findIndex(
  session: Session,
  name: string,
): Promise<{ readonly isOurs: boolean } | undefined> {
  const [row] = await session.query<{ comment: string | null }>(
    `SELECT pg_catalog.obj_description(c.oid, 'pg_class') AS comment
       FROM pg_catalog.pg_class c
      WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('i', 'I')`,
    [name],
  );
  return row && { isOurs: splitComment(row.comment).mark !== undefined };
}
