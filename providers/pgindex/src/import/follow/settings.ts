import type { Node, TransactionStmt, VariableSetStmt } from "libpg-query";
import type { Settings, State } from "../sql/scriptState";

/** What SET and RESET say; LOCAL holds until the transaction ends. */
export function setVariable(state: State, { name, kind, args = [], is_local }: VariableSetStmt) {
  if (kind === "VAR_RESET_ALL") return { ...state, searchPath: undefined, tablespace: undefined };
  const isValue = kind === "VAR_SET_VALUE";
  const values = isValue ? args.map(constantOf) : [];
  return setTo(state, name ?? "", { values, isValue, isLocal: is_local === true });
}

interface NewValue {
  /** Undefined where only a server can tell. */
  readonly values: readonly (string | undefined)[];
  /** False for its default. */
  readonly isValue: boolean;
  readonly isLocal: boolean;
}

export function setTo(state: State, name: string, { values, isValue, isLocal }: NewValue): State {
  const { searchPath, tablespace, beforeLocal } = state;
  const kept = isLocal ? { beforeLocal: beforeLocal ?? { searchPath, tablespace } } : {};
  if (name === "search_path") {
    return { ...state, ...kept, searchPath: isValue ? toPath(values) : undefined };
  }
  if (name !== "default_tablespace") return state;
  return { ...state, ...kept, tablespace: values[0] || undefined };
}

/** A value that is not known stands for two schemas, of which nobody can tell the first. */
function toPath(values: readonly (string | undefined)[]): string[] {
  return values
    .flatMap((schema) => (schema === undefined ? ["…", "…"] : [schema]))
    .filter((schema) => !IMPLICIT.has(schema));
}

/** User tables are never in these, or only by accident. */
const IMPLICIT: ReadonlySet<string> = new Set(["", "pg_catalog", "pg_temp", "$user"]);

export function constantOf(node: Node): string | undefined {
  if (!("A_Const" in node)) return undefined;
  return node.A_Const.isnull ? undefined : (node.A_Const.sval?.sval ?? "");
}

/** What BEGIN, SAVEPOINT and their ends do to what is there. */
export function endTransaction(state: State, { kind, savepoint_name }: TransactionStmt): State {
  const { saved } = state;
  if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START") {
    return saved.length > 0 ? state : { ...state, saved: [{ state }] };
  }
  if (kind === "TRANS_STMT_SAVEPOINT") {
    return { ...state, saved: [...saved, { savepoint: savepoint_name, state }] };
  }
  if (kind === "TRANS_STMT_ROLLBACK_TO" || kind === "TRANS_STMT_RELEASE") {
    const at = saved.findLastIndex(({ savepoint }) => savepoint === savepoint_name);
    const back = saved[at];
    if (!back) return state;
    return kind === "TRANS_STMT_RELEASE"
      ? { ...state, saved: saved.slice(0, at) }
      : { ...back.state, saved: saved.slice(0, at + 1) };
  }
  if (kind === "TRANS_STMT_ROLLBACK") return saved[0]?.state ?? state;
  return kind === "TRANS_STMT_COMMIT" ? { ...state, ...outside(state), saved: [] } : state;
}

function outside({ beforeLocal }: Settings): Settings {
  return beforeLocal ? { ...beforeLocal, beforeLocal: undefined } : {};
}
