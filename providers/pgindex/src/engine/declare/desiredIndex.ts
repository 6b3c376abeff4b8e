import { displayName } from "../text/render";
import type { PatienceOptions } from "./patienceOptions";

/** A name that may carry its schema: an operator class or a collation. */
export interface ObjectName {
  readonly schema?: string;
  readonly name: string;
}

/**
 * One key of an index, as declared: a column or an expression, with everything `CREATE INDEX` lets
 * it carry.
 */
export interface IndexKey {
  readonly column?: string;
  readonly expression?: string;
  readonly collation?: ObjectName;
  readonly operatorClass?: ObjectName;
  readonly operatorClassParameters: Readonly<Record<string, string>>;
  readonly order?: "asc" | "desc";
  readonly nulls?: "first" | "last";
  /** Statistics target of an expression. */
  readonly statistics?: number;
}

/** What to do with an INVALID index that a failed build left under the declared name. */
export type InvalidLeftover = "rebuild" | "rebuildAny" | "refuse";

/** What an index is: valid input, with nothing left to check but what only the server can know. */
export interface IndexDefinition {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly accessMethod: string;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly predicate?: string;
  readonly storageParameters: Readonly<Record<string, string>>;
  readonly tablespace?: string;
  readonly comment?: string;
  /** The constraint of the same name that the index is to back. */
  readonly constraint?: "unique" | "primaryKey";
  /** Schemas in which unqualified functions, types and operators of the fragments are looked up. */
  readonly searchPath: readonly string[];
}

/** How changes of an index are carried out. Another policy makes no other index. */
export interface IndexPolicy {
  readonly invalidLeftover: InvalidLeftover;
  readonly rebuildWhen?: RebuildWhen;
  readonly patience?: PatienceOptions;
}

/** A declared index: what it is, and how it is changed. */
export interface DesiredIndex extends IndexDefinition {
  readonly policy: IndexPolicy;
}

/** When a standing index is rebuilt by REINDEX CONCURRENTLY. */
export interface RebuildWhen {
  /** Rebuild when this value is another one than at the last build. */
  readonly trigger?: string;
  /** Rebuild when a refresh finds so many times more bytes a row than right after the build. */
  readonly bloatRatio?: number;
}

/** How messages name a declared index. */
export function subject(desired: IndexDefinition): string {
  return `index ${displayName(desired)} on ${desired.schema}.${desired.table}`;
}
