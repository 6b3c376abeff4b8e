/** A finding of `pgindex doctor`. Plain JSON. */
export interface Finding {
  /** What was checked, in a word or two. */
  readonly check: string;
  /** `problem`: index changes will fail. `warning`: they may wait, fail, or show less. */
  readonly level: "ok" | "warning" | "problem";
  readonly detail: string;
  /** What to do about it; undefined if nothing. */
  readonly fix?: string;
}

export function ok(check: string, detail: string): Finding {
  return { check, level: "ok", detail };
}

export function warning(check: string, detail: string, fix: string): Finding {
  return { check, level: "warning", detail, fix };
}

export function problem(check: string, detail: string, fix: string): Finding {
  return { check, level: "problem", detail, fix };
}
