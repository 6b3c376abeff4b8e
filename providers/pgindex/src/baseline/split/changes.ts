import type { AlterTableStmt, ColumnDef, InsertStmt, Node } from "libpg-query";
import { labelOfRelation, nodesWithin } from "./nodes";
import { newTables } from "./placing";
import type { MigrationStatement } from "./statements";

/** What an index may rest on that is there only once a migration has run. */
export interface Changes {
  /** Labels of tables. */
  readonly created: ReadonlySet<string>;
  /** Labels of tables whose columns or rows it changes. */
  readonly changed: ReadonlySet<string>;
  /** By label of the table. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Whether it makes types, functions, extensions or what a DO block may. */
  readonly makesOthers: boolean;
}

export function changesOf(statements: readonly MigrationStatement[]): Changes {
  const created = new Set<string>();
  const changed = new Set<string>();
  const columns = new Map<string, readonly string[]>();
  for (const { node } of statements) {
    for (const label of newTables(node, created)) created.add(label);
    for (const [label, added] of alterations(node)) {
      changed.add(label);
      columns.set(label, [...(columns.get(label) ?? []), ...added]);
    }
  }
  const makesOthers = statements.some(({ node }) => MAKING.some((kind) => kind in node));
  return { created, changed, columns, makesOthers };
}

/** The tables that a statement changes, and the columns that they get. */
function alterations(node: Node): (readonly [label: string, columns: readonly string[]])[] {
  if ("AlterTableStmt" in node) {
    const { relation } = node.AlterTableStmt;
    return [[labelOfRelation(relation), addedColumns(node.AlterTableStmt)]];
  }
  if ("RenameStmt" in node) {
    const { relation, newname = "", renameType } = node.RenameStmt;
    if (renameType === "OBJECT_COLUMN") return [[labelOfRelation(relation), [newname]]];
    if (renameType === "OBJECT_TABLE")
      return [[labelOfRelation({ ...relation, relname: newname }), []]];
  }
  return WRITING.flatMap((kind) =>
    nodesWithin<InsertStmt>(node, kind).map(
      ({ relation }) => [labelOfRelation(relation), []] as const,
    ),
  );
}

function addedColumns({ cmds = [] }: AlterTableStmt): string[] {
  return cmds.flatMap((cmd) => {
    if (!("AlterTableCmd" in cmd) || cmd.AlterTableCmd.subtype !== "AT_AddColumn") return [];
    const { def } = cmd.AlterTableCmd;
    return nodesWithin<ColumnDef>({ def } as unknown as Node, "ColumnDef").map(
      ({ colname }) => colname ?? "",
    );
  });
}

const WRITING = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"];

const MAKING = [
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreateFunctionStmt",
  "CreateEnumStmt",
  "AlterEnumStmt",
  "CompositeTypeStmt",
  "CreateDomainStmt",
  "CreateRangeStmt",
  "DefineStmt",
  "CreateOpClassStmt",
  "DoStmt",
];
