import { maskConstants } from "../text/maskStatement";
import { harmlessText, isWithinFunction, RAISE, routineOf, sqlState } from "./sqlstate";

/** What the server said beside its answer, as pg hands it over: NOTICE, WARNING and INFO. */
export interface ServerNotice {
  /** In the server's language. */
  readonly severity?: string;
  readonly code?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
  readonly routine?: string;
}

/** A notice for people. */
export interface Said {
  readonly severity: "info" | "warning";
  readonly text: string;
  /** The same for notices that differ only in numbers and constants. */
  readonly kind: string;
}

/** A function of the program's own that says something may quote a row; we do not know which. */
const HIDDEN: Said = {
  severity: "info",
  text: "a function that the index calls raises notices (not shown: they can quote a row's data)",
  kind: "hidden",
};

/** successful_completion, of NOTICE, INFO and DEBUG. */
const NOTICE = "00000";
const WARNING_CLASS = "01";

export function isWarning(notice: ServerNotice): boolean {
  return sqlState(notice)?.startsWith(WARNING_CLASS) ?? false;
}

/**
 * Puts a notice into words, without what can quote a row. A HINT says that there is something to do,
 * which is worth a warning: pgvector's "graph no longer fits into maintenance_work_mem" is a NOTICE.
 */
export function saidBy(notice: ServerNotice): Said {
  const { message = "", detail, hint } = notice;
  if (routineOf(notice) === RAISE || isWithinFunction(notice)) return HIDDEN;
  const state = sqlState(notice) ?? NOTICE;
  const isPlain = state === NOTICE || isWarning(notice);
  if (!isPlain && harmlessText({ ...notice, message }) === undefined) return HIDDEN;
  const parts = [message, detail && `(${detail})`, hint && `HINT: ${hint}`];
  return {
    severity: isWarning(notice) || hint ? "warning" : "info",
    text: parts.filter(Boolean).join(" "),
    kind: `${state} ${routineOf(notice)} ${maskConstants(message)}`,
  };
}

/**
 * How many rows were in the graph when pgvector's hnsw went on on disk; undefined for any other
 * notice. No translation changes the name of a parameter.
 */
function outgrownAfter({ message = "", routine }: ServerNotice): number | undefined {
  if (routine !== "InsertTuple" || !message.includes("maintenance_work_mem")) return undefined;
  return Number(/\d+/.exec(message)?.[0]) || undefined;
}

/** Passes each kind of notice on once. */
export class Notices {
  /** After how many rows the running build outgrew its memory, until that is told. */
  outgrownAfter: number | undefined;
  /** The most memory that has been asked for: partitions are built one after the other. */
  toldBytes = 0;
  private readonly said = new Set<string>();
  private readonly log: (severity: Said["severity"], text: string) => void;

  constructor(log: (severity: Said["severity"], text: string) => void) {
    this.log = log;
  }

  hear(notice: ServerNotice): void {
    this.outgrownAfter ??= outgrownAfter(notice);
    const { severity, text, kind } = saidBy(notice);
    if (this.said.has(kind)) return;
    this.said.add(kind);
    this.log(severity, text);
  }
}
