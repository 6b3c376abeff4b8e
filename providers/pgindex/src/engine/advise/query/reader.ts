import type { Relation } from "../../twin/production/production";
import type { Access, Write } from "./access";
import type { Place, Scope } from "./scope";
import type { Tree } from "./tree";

/** Finds the table that a name means; undefined for what is none of the database's own. */
export type Tables = (name: {
  readonly schema?: string;
  readonly name: string;
}) => Relation | undefined;

/** What a SELECT returns, as far as that is columns of tables. */
export type Columns = ReadonlyMap<string, Place>;

/** What reads one statement, and all that it has found so far. */
export interface Reader {
  readonly tables: Tables;
  /** A view is read as the query that it stands for. */
  readonly parse: (sql: string) => unknown;
  readonly accesses: Access[];
  readonly writes: Write[];
  readonly select: (select: Tree, outer: Scope | undefined) => Columns;
  /** Marks the columns below as used; subqueries read for themselves. */
  readonly use: (root: unknown, scope: Scope) => void;
}
