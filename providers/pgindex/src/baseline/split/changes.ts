import type { AlterTableStmt, ColumnDef, InsertStmt, Node } from "libpg-query";
import { labelOfRelation, nodesWithin } from "./nodes";
import { newTables } from "./placing";
import type { MigrationStatement } from "./statements";

/** What an index may rest on that is there only once a migration has run. */
export interface Changes {
  /** Labels of tables. */
  readonly created: ReadonlySet<string>;
  /** Labels of the tables that it alters in any way. */
  readonly altered: ReadonlySet<string>;
  /** Of those whose columns it changes, not only adds to, or whose rows. */
  readonly changed: ReadonlySet<string>;
  /** By label of the table. */
  readonly columns: ReadonlyMap<string, readonly string[]>;
  /** Whether it makes types, functions, extensions or what a DO block may. */
  readonly makesOthers: boolean;
}

export function changesOf(statements: readonly MigrationStatement[]): Changes {
  const created = new Set<string>();
  const columns = new Map<string, readonly string[]>();
  const alterations = statements.flatMap(({ node }) => alterationsBy(node));
  for (const { node } of statements)
    for (const label of newTables(node, created)) created.add(label);
  for (const { label, adds } of alterations)
    columns.set(label, [...(columns.get(label) ?? []), ...adds]);
  const changing = alterations.filter(({ changes }) => changes);
  return {
    created,
    altered: new Set(alterations.map(({ label }) => label)),
    changed: new Set(changing.map(({ label }) => label)),
    columns,
    makesOthers: statements.some(({ node }) => MAKING.some((kind) => kind in node)),
  };
}

interface Alteration {
  readonly label: string;
  /** The columns that the table gets. */
  readonly adds: readonly string[];
  readonly changes: boolean;
}

function alterationsBy(node: Node): Alteration[] {
  if ("AlterTableStmt" in node) {
    const { relation, cmds = [] } = node.AlterTableStmt;
    const changes = cmds.some(
      (cmd) => "AlterTableCmd" in cmd && !ADDING.includes(cmd.AlterTableCmd.subtype ?? ""),
    );
    return [{ label: labelOfRelation(relation), adds: addedColumns(node.AlterTableStmt), changes }];
  }
  if ("RenameStmt" in node) {
    const { relation, newname = "", renameType } = node.RenameStmt;
    if (renameType === "OBJECT_COLUMN")
      return [{ label: labelOfRelation(relation), adds: [newname], changes: true }];
    if (renameType === "OBJECT_TABLE") {
      const renamed = labelOfRelation({ ...relation, relname: newname });
      return [renamed, labelOfRelation(relation)].map((label) => ({
        label,
        adds: [],
        changes: true,
      }));
    }
  }
  return WRITING.flatMap((kind) =>
    nodesWithin<InsertStmt>(node, kind).map(({ relation }) => ({
      label: labelOfRelation(relation),
      adds: [],
      changes: true,
    })),
  );
}

/** No index that could not be built before can be built after these. */
const ADDING = ["AT_AddColumn", "AT_AddConstraint", "AT_ValidateConstraint", "AT_ColumnDefault"];

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
