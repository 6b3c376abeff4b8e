import type { IndexStmt, Node } from "libpg-query";
import { needOf } from "./needs";
import { labelOfParts, labelOfRelation } from "./nodes";
import type { MigrationStatement } from "./statements";

/** A statement of a migration, and who runs it. */
export interface PlacedStatement extends MigrationStatement {
  /**
   * `built`: an index on a table that is in use, which is built concurrently once the rest has run.
   * `runs`: everything else, and an index on a table that the migration itself creates, since nobody
   * uses that yet. `needed`: an index that a later statement cannot do without.
   */
  readonly by: "built" | "runs" | "needed";
  /** For `needed`: the statement, and what it wants of the index. */
  readonly need?: string;
}

/**
 * Decides for each statement who runs it. `created`: tables that are new already, by label.
 */
export function placeStatements(
  statements: readonly MigrationStatement[],
  created: ReadonlySet<string> = new Set(),
): readonly PlacedStatement[] {
  const known = new Set(created);
  return statements.map((statement, i) => {
    const { node } = statement;
    if (!("IndexStmt" in node)) {
      for (const label of newTables(node, known)) known.add(label);
      return { ...statement, by: "runs" };
    }
    const index = node.IndexStmt;
    if (isOnNew(index, known)) return { ...statement, by: "runs" };
    const need = needOf(index, statements.slice(i + 1));
    return { ...statement, ...(need ? { by: "needed", need } : { by: "built" }) };
  });
}

function isOnNew({ relation, concurrent }: IndexStmt, created: ReadonlySet<string>): boolean {
  if (concurrent) return false;
  return relation?.relpersistence === "t" || created.has(labelOfRelation(relation));
}

/** The labels that new tables have after a statement. */
export function newTables(node: Node, known: ReadonlySet<string>): string[] {
  if ("CreateStmt" in node)
    return node.CreateStmt.if_not_exists ? [] : [labelOfRelation(node.CreateStmt.relation)];
  if ("CreateTableAsStmt" in node) {
    const { if_not_exists, into } = node.CreateTableAsStmt;
    return if_not_exists ? [] : [labelOfRelation(into?.rel)];
  }
  if ("RenameStmt" in node) {
    const { relation, newname = "", renameType } = node.RenameStmt;
    const isTable = renameType === "OBJECT_TABLE" || renameType === "OBJECT_MATVIEW";
    if (!isTable || !known.has(labelOfRelation(relation))) return [];
    return [labelOfRelation({ ...relation, relname: newname })];
  }
  if ("AlterObjectSchemaStmt" in node) {
    const { relation, newschema = "" } = node.AlterObjectSchemaStmt;
    if (!relation || !known.has(labelOfRelation(relation))) return [];
    return [labelOfParts([newschema, relation.relname ?? ""])];
  }
  return [];
}
