import type { Node } from "libpg-query";
import { PgIndexError } from "../../engine/errors/advice";
import { labelOf } from "../declaration";
import { madeAndDroppedAdvice } from "../migrations/migrationMessages";
import { type Made, placeOf, type State, type Statement } from "./scriptState";

/** The state after a statement, with what that has created, renamed and dropped. */
export function track(before: State, after: State, by: Statement): State {
  // A rollback brings back what it knows of already.
  if ("TransactionStmt" in by.node) return after;
  const [old, now] = differing(before.found, after.found);
  // A change in place has as many indexes, in the same order.
  if (old.length === now.length) {
    const renamed = new Map(old.map((label, i) => [label, now[i] ?? label]));
    const made = after.made.map((each) => ({
      ...each,
      label: renamed.get(each.label) ?? each.label,
    }));
    return { ...after, made };
  }
  const [were, are] = [new Set(old), new Set(now)];
  const isGone = ({ label }: Made) => were.has(label) && !are.has(label);
  const added = now.filter((label) => !were.has(label));
  const gone = old.length === 0 ? [] : after.made.filter(isGone);
  const kept = gone.length === 0 ? after.made : after.made.filter((each) => !isGone(each));
  const made = [...kept, ...added.map((label) => ({ label, place: placeOf(by) }))];
  return { ...after, made, undone: [...after.undone, ...gone.map((each) => ({ ...each, by }))] };
}

/**
 * The labels of both from the first index on that is another one. A script can have thousands, and
 * most statements add one at the end.
 */
function differing(before: State["found"], after: State["found"]): [string[], string[]] {
  const at = before.findIndex((index, i) => index !== after[i]);
  const from = at < 0 ? before.length : at;
  return [before.slice(from).map(labelOf), after.slice(from).map(labelOf)];
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
