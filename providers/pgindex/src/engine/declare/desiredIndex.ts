import type { HazardPolicy } from "../hazards/rules";
import { displayName } from "../text/render";
import type { BuildSettings } from "./buildSettings";
import type { PatienceOptions } from "./patienceOptions";

/** The name of an operator class or a collation, optionally with its schema. */
export interface ObjectName {
  readonly schema?: string;
  readonly name: string;
}

/**
 * One declared key of an index: a column or an expression, with every option `CREATE INDEX` has for
 * it.
 */
export interface IndexKey {
  readonly column?: string;
  readonly expression?: string;
  readonly collation?: ObjectName;
  readonly operatorClass?: ObjectName;
  readonly operatorClassParameters: Readonly<Record<string, string>>;
  readonly order?: "asc" | "desc";
  readonly nulls?: "first" | "last";
  /** The statistics target of an expression. */
  readonly statistics?: number;
}

/** What to do with an INVALID index that a failed build left under the declared name. */
export type InvalidLeftover = "rebuild" | "rebuildAny" | "refuse";

/** What an index is: input that is valid as far as anybody but the server can know. */
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
  /** The constraint of the same name that the index backs. */
  readonly constraint?: "unique" | "primaryKey";
  /** Schemas where unqualified functions, types and operators in expressions are looked up. */
  readonly searchPath: readonly string[];
}

/** How changes to an index are carried out. A different policy is not a different index. */
export interface IndexPolicy {
  readonly invalidLeftover: InvalidLeftover;
  readonly rebuildWhen?: RebuildWhen;
  /** Undefined: a destroy drops what the stack built and keeps what it found. */
  readonly dropOnDestroy?: boolean;
  /** `project/stack` whose index this resource may take over. */
  readonly takeOverFrom?: string;
  /** Of the session that builds; they take precedence over the Connection's. */
  readonly buildSettings?: BuildSettings;
  /** What is made of hazards; over the Connection's. */
  readonly hazards?: HazardPolicy;
  readonly patience?: PatienceOptions;
}

/** A declared index: what it is and how it is changed. */
export interface DesiredIndex extends IndexDefinition {
  readonly policy: IndexPolicy;
}

/** When to rebuild an existing index by REINDEX CONCURRENTLY. */
export interface RebuildWhen {
  /** Rebuild when this value differs from the one at the last build. */
  readonly trigger?: string;
  /** Rebuild when a refresh finds this many times the bytes per row of the fresh build. */
  readonly bloatRatio?: number;
}

/** How messages name a declared index. */
export function subject(desired: IndexDefinition): string {
  return `index ${displayName(desired)} on ${desired.schema}.${desired.table}`;
}

/** Everything that PostgreSQL has parsed of the declaration as an expression. */
export function fragmentsOf({ keys, predicate }: IndexDefinition): string[] {
  const expressions = keys.flatMap(({ expression }) => expression ?? []);
  return predicate === undefined ? expressions : [...expressions, predicate];
}
