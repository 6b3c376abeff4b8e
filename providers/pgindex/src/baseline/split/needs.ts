import type { Constraint, IndexStmt, InsertStmt, Node } from "libpg-query";
import { shortened } from "../../engine/text/printable";
import { stringsOf } from "../../import/parser/parseTree";
import { labelOfRelation, nodesWithin } from "./nodes";
import type { MigrationStatement } from "./statements";

/** Why a later statement of the migration cannot run before the index stands, if one cannot. */
export function needOf(index: IndexStmt, later: readonly MigrationStatement[]): string | undefined {
  for (const { node, place, sql } of later) {
    const why = usesName(node, index.idxname) ?? (index.unique ? usesKey(node, index) : undefined);
    if (why) return `${place} ${why}: ${shortened(sql)}`;
  }
  return undefined;
}

/** What names an index, and is no statement on the index alone. */
function usesName(node: Node, name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const constraints = nodesWithin<Constraint>(node, "Constraint");
  if (constraints.some(({ indexname }) => indexname === name)) return "makes a constraint of it";
  const identities = nodesWithin<{ name?: string }>(node, "ReplicaIdentityStmt");
  if (identities.some((it) => it.name === name)) return "makes it the replica identity";
  if ("ClusterStmt" in node && node.ClusterStmt.indexname === name) return "orders the table by it";
  const commands = nodesWithin<{ subtype?: string; name?: string }>(node, "AlterTableCmd");
  const isOrder = commands.some((it) => it.subtype === "AT_ClusterOn" && it.name === name);
  return isOrder ? "orders the table by it" : undefined;
}

/** What only a unique index makes possible. */
function usesKey(node: Node, index: IndexStmt): string | undefined {
  const table = labelOfRelation(index.relation);
  const key = (index.indexParams ?? []).map((param) =>
    "IndexElem" in param ? (param.IndexElem.name ?? "") : "",
  );
  const references = nodesWithin<Constraint>(node, "Constraint").some(
    ({ contype, pktable, pk_attrs }) =>
      contype === "CONSTR_FOREIGN" &&
      labelOfRelation(pktable) === table &&
      isSameSet(stringsOf(pk_attrs), key),
  );
  if (references) return "makes a foreign key to its columns";
  const inserts = nodesWithin<InsertStmt>(node, "InsertStmt").some(
    ({ relation, onConflictClause }) => onConflictClause && labelOfRelation(relation) === table,
  );
  if (inserts) return "inserts with ON CONFLICT";
  if ("DoStmt" in node && /\bon\s+conflict\b/i.test(JSON.stringify(node))) {
    return "may insert with ON CONFLICT";
  }
  const refreshes = "RefreshMatViewStmt" in node ? node.RefreshMatViewStmt : undefined;
  return refreshes?.concurrent && labelOfRelation(refreshes.relation) === table
    ? "refreshes the materialized view CONCURRENTLY"
    : undefined;
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name) => other.includes(name));
}
