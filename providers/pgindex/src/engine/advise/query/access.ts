import type { Column, Relation } from "../../twin/production/production";

/** What an index could have as a key: a column, or an expression over columns of one table. */
export interface Key {
  /** As an index would have it: `lower("email")`; of a column its bare name. */
  readonly column?: string;
  readonly expression?: string;
}

interface Compared {
  readonly key: Key;
  /** What it is compared with, as in the parse tree. */
  readonly value?: unknown;
}

/** A condition on one table, as far as an index could serve it. */
export type Condition =
  /** `=`, IN or `= ANY`; `other` is the use of a table that the value comes from. */
  | (Compared & { readonly kind: "equal"; readonly other?: Access })
  /** `isBelow`: what is below the value. Undefined for BETWEEN. */
  | (Compared & { readonly kind: "range"; readonly isBelow?: boolean })
  /** `LIKE 'x%'` */
  | (Compared & { readonly kind: "prefix" })
  /** `LIKE '%x%'`, or a pattern that nobody knows. */
  | (Compared & { readonly kind: "infix" })
  /** `@>`, `&&`, `?`, `@@` and their kin. */
  | (Compared & { readonly kind: "contains"; readonly operator: string })
  /** What a partial index could have as its predicate, over these columns. */
  | { readonly kind: "test"; readonly sql: string; readonly columns: readonly string[] };

export interface OrderKey {
  readonly key: Key;
  readonly isDescending: boolean;
  /** Where they are not where the direction puts them. */
  readonly nulls?: "first" | "last";
}

/** One use of a table by a statement. What reads the statement adds to it. */
export interface Access {
  readonly relation: Relation;
  readonly conditions: Condition[];
  /** The arms of each OR. */
  readonly alternatives: Condition[][];
  /** ORDER BY, or else GROUP BY and the like. */
  readonly orders: (readonly OrderKey[])[];
  /** Columns that the statement needs of it. */
  readonly used: Set<string>;
}

/** What a statement writes, which every index of the table has to follow. */
export interface Write {
  readonly relation: Relation;
  readonly kind: "insert" | "update" | "delete";
  /** Of an UPDATE: the columns that it sets. */
  readonly columns: readonly string[];
  /** Of an INSERT with VALUES: its rows. */
  readonly rows?: number;
}

/** A statement, read. */
export interface ReadStatement {
  readonly accesses: readonly Access[];
  readonly writes: readonly Write[];
}

export function accessOf(relation: Relation): Access {
  return { relation, conditions: [], alternatives: [], orders: [], used: new Set() };
}

export function columnOf({ relation }: Access, name: string): Column | undefined {
  return relation.columns?.find((each) => each.name === name);
}
