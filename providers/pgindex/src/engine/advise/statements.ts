import { parseSync } from "libpg-query";
import type { Access, Key, ReadStatement } from "./query/access";
import type { Tables } from "./query/reader";
import { readStatement } from "./query/readStatement";
import { kindOf } from "./query/tree";
import type { WorkloadStatement } from "./workload/workload";

/** A statement of the workload that reads or writes a table of the database. */
export interface Statement extends WorkloadStatement {
  /** For people, and unlike any other one's. */
  readonly name: string;
  readonly read: ReadStatement;
}

export interface Statements {
  readonly statements: readonly Statement[];
  /** Those that name no table of the database's own. */
  readonly foreign: number;
}

/** Reads them from their own text, so that places in it are places in what is read. */
export function readStatements(found: readonly WorkloadStatement[], tables: Tables): Statements {
  const names = new Map<string, number>();
  const statements = found.flatMap((each): Statement[] => {
    const tree = parseSync(each.text).stmts?.[0]?.stmt;
    const read = readOrNothing(tree, tables);
    if (read.accesses.length === 0 && read.writes.length === 0) return [];
    const label = labelOf(tree, read);
    const count = (names.get(label) ?? 0) + 1;
    names.set(label, count);
    return [{ ...each, tree, read, name: count === 1 ? label : `${label} (${count})` }];
  });
  return { statements, foreign: found.length - statements.length };
}

const NOTHING: ReadStatement = { accesses: [], writes: [] };

function readOrNothing(tree: unknown, tables: Tables): ReadStatement {
  try {
    return readStatement(tree, tables, parseSync);
  } catch (error) {
    // It is nested more deeply than any table of ours is asked.
    if (error instanceof RangeError) return NOTHING;
    throw error;
  }
}

/** `conversation_states by patient_id, is_active` */
function labelOf(tree: unknown, { accesses, writes }: ReadStatement): string {
  const verb = kindOf(tree).replace(/Stmt$/, "").toLowerCase();
  const main = accesses.find(({ conditions }) => conditions.length > 0) ?? accesses[0];
  const table = (main ?? writes[0])?.relation.name ?? "";
  const keys = main ? keysOf(main) : [];
  const by = keys.length > 0 ? ` by ${keys.join(", ")}` : "";
  return `${verb === "select" ? "" : `${verb} `}${table}${by}`.slice(0, 80);
}

function keysOf({ conditions }: Access): string[] {
  const names = conditions.flatMap((each) => (each.kind === "test" ? [] : nameOf(each.key)));
  return [...new Set(names)];
}

const nameOf = ({ column, expression }: Key) => column ?? expression ?? [];
