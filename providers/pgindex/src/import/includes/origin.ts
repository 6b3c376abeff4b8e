/** Where a line of a script comes from, which may be a file that it includes. */
export interface Origin {
  /** The file's name. */
  readonly title: string;
  /** In that file, counted from 1. */
  readonly line: number;
  /** The script's own line: for an included one, that of the include. */
  readonly own: number;
}

/** The lines of a script that includes nothing yet. */
export function originsOf(title: string, sql: string): Origin[] {
  return sql.split("\n").map((_, i) => ({ title, line: i + 1, own: i + 1 }));
}

/** The position of a line of a script, counted from 1: `file.sql:12`. */
export function placeAt(
  script: { readonly title: string; readonly origins?: readonly Origin[] },
  line: number,
): string {
  const origin = script.origins?.[line - 1] ?? { title: script.title, line };
  return `${origin.title}:${origin.line}`;
}

/** Lines, with one replaced by the text of a file. `at`: counted from 0. */
export function putIn(
  origins: readonly Origin[],
  at: number,
  { title, sql }: { readonly title: string; readonly sql: string },
): Origin[] {
  const own = origins[at]?.own ?? at + 1;
  const lines = originsOf(title, sql).map((origin) => ({ ...origin, own }));
  return [...origins.slice(0, at), ...lines, ...origins.slice(at + 1)];
}
