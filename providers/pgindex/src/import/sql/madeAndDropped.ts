import type { Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { labelOf } from "../declaration";
import { madeAndDroppedAdvice } from "../migrations/migrationMessages";
import { type Made, placeOf, type State, type Statement } from "./scriptState";

/** The state after a statement, with what that has created, renamed and dropped. */
export function track(before: State, after: State, by: Statement): State {
  // A rollback brings back what it knows of already.
  if ("TransactionStmt" in by.node) return after;
  const [old, now] = [before.found.map(labelOf), after.found.map(labelOf)];
  // A change in place has as many indexes, in the same order.
  if (old.length === now.length) {
    const renamed = (label: string) => now[old.indexOf(label)] ?? label;
    return { ...after, made: after.made.map((each) => ({ ...each, label: renamed(each.label) })) };
  }
  const added = now.filter((label) => !old.includes(label));
  const gone = after.made.filter(({ label }) => !now.includes(label));
  const made: Made[] = [
    ...after.made.filter((each) => !gone.includes(each)),
    ...added.map((label) => ({ label, place: placeOf(by) })),
  ];
  return { ...after, made, undone: [...after.undone, ...gone.map((each) => ({ ...each, by }))] };
}

/**
 * Refuses a script that makes an index and ends with dropping it again. One that needs an index for
 * a step in its middle is noted.
 */
export function requireNotUndone(state: State, statements: readonly Statement[]): State {
  const there = new Set(state.found.map(labelOf));
  const undone = state.undone.filter(({ label }) => !there.has(label));
  const last = undone.find(({ by }) =>
    statements.slice(statements.indexOf(by)).every(({ node }) => isUndoing(node)),
  );
  if (last) {
    const { by, label, place } = last;
    throw new PgIndexError(madeAndDroppedAdvice(placeOf(by), label, place));
  }
  const notes = undone.map(
    ({ label, place, by }) => `${label}, created at ${place}, is dropped again at ${placeOf(by)}`,
  );
  return { ...state, notes: [...state.notes, ...notes] };
}

/** Of kinds that a Down part consists of. */
function isUndoing(node: Node): boolean {
  if ("AlterTableStmt" in node) {
    return (node.AlterTableStmt.cmds ?? []).every(
      (cmd) => "AlterTableCmd" in cmd && cmd.AlterTableCmd.subtype?.startsWith("AT_Drop"),
    );
  }
  if ("GrantStmt" in node) return node.GrantStmt.is_grant !== true;
  return UNDOING.some((kind) => kind in node);
}

const UNDOING = ["DropStmt", "DeleteStmt", "TransactionStmt", "VariableSetStmt", "DropRoleStmt"];
