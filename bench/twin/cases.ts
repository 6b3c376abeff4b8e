/** A query, and the index that is built for it. */
export interface Case {
  readonly kind: string;
  readonly index: Readonly<Record<string, unknown>>;
  readonly sql: string;
  readonly values?: readonly (string | number | boolean | null)[];
}

/** The queries that one index is built for. */
export function of(
  kind: string,
  index: Record<string, unknown>,
  ...queries: (string | Omit<Case, "kind" | "index">)[]
): Case[] {
  return queries.map((query) => ({
    kind,
    index,
    ...(typeof query === "string" ? { sql: query } : query),
  }));
}

/** `md5('7500')`, which several rows have. */
export const CONVERSATION = "f4f1f13c-8289-ac1b-1ee0-ff176b56fc60";
