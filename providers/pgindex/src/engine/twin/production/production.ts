import type { FunctionName } from "../../input/namesInQuery";
import { onlyRow } from "../../session/query";
import type { Session } from "../../session/session";
import { CannotLookError, tooManyRelations } from "../twinMessages";
import { productionSql } from "./productionSql";

/** What the planner reads of a database, for the tables concerned. Holds values of rows. */
export interface Production {
  readonly database: DatabaseLocale;
  readonly extensions: readonly Named[];
  readonly collations: readonly Collation[];
  readonly types: readonly UserType[];
  readonly functions: readonly (Named & { readonly sql: string | null })[];
  readonly relations: readonly Relation[];
  readonly indexes: readonly StandingIndex[];
  readonly constraints: readonly Constraint[];
  readonly statistics: readonly ColumnStatistics[];
  /** Extended statistics, which no function of 18 restores. */
  readonly extended: readonly (Named & { readonly table: string })[];
}

export interface Named {
  readonly schema: string;
  readonly name: string;
}

interface Locale {
  /** `pg_database.datlocprovider`: "c" for libc, "i" for ICU, "b" for the server's own. */
  readonly provider: string;
  readonly collate: string | null;
  readonly ctype: string | null;
  readonly locale: string | null;
}

export interface DatabaseLocale extends Locale {
  readonly collate: string;
  readonly ctype: string;
  readonly version: number;
  readonly blockSize: number;
  readonly encoding: string;
}

export interface Collation extends Named, Locale {
  readonly deterministic: boolean;
}

export interface UserType extends Named {
  /** `pg_type.typtype`: "e" enum, "d" domain, "c" composite, "r" range. */
  readonly kind: string;
  readonly labels: readonly string[];
  readonly base: string | null;
  readonly notNull: boolean;
  readonly checks: readonly string[];
  readonly subtype: string | null;
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly generated: string | null;
  readonly isVirtual: boolean;
  readonly collation: string | null;
}

export interface Relation extends Named {
  readonly oid: number;
  /** `pg_class.relkind` */
  readonly kind: string;
  readonly method: string | null;
  /** How long it is now; null for what has no pages. */
  readonly pages: number | null;
  readonly relpages: number;
  readonly reltuples: number;
  readonly relallvisible: number;
  readonly options: readonly string[] | null;
  readonly hasRowSecurity: boolean;
  readonly partitionKey: string | null;
  readonly bound: string | null;
  readonly parents: readonly number[];
  readonly view: string | null;
  readonly tablespaceOptions: readonly string[] | null;
  /** Rows changed since ANALYZE. */
  readonly modified: number | null;
  /** Seconds since the last ANALYZE. */
  readonly analyzedAgo: number | null;
  readonly columns: readonly Column[];
}

export interface StandingIndex extends Named {
  readonly oid: number;
  readonly table: number;
  readonly method: string;
  readonly definition: string;
  readonly pages: number | null;
  readonly relpages: number;
  readonly reltuples: number;
  readonly parent: number | null;
  /** More than queries need it: a constraint, a replica identity, CLUSTER, or the index above it. */
  readonly isNeeded: boolean;
}

export interface Constraint {
  readonly table: number;
  readonly name: string;
  /** `pg_constraint.contype` */
  readonly kind: string;
  readonly index: number | null;
  readonly definition: string;
}

/** A row of `pg_stats`; arrays and values are texts, as PostgreSQL writes them. */
export interface ColumnStatistics {
  readonly schemaname: string;
  readonly relname: string;
  readonly attname: string;
  readonly inherited: boolean;
  readonly null_frac: number;
  readonly avg_width: number;
  readonly n_distinct: number;
  readonly correlation: number | null;
  readonly most_common_vals: string | null;
  readonly most_common_freqs: string | null;
  readonly histogram_bounds: string | null;
  readonly most_common_elems: string | null;
  readonly most_common_elem_freqs: string | null;
  readonly elem_count_histogram: string | null;
}

/** More tables than that take longer than a preview may. */
const MAX_RELATIONS = 600;

/** Reads it, within a read-only transaction under a time limit. The search_path is empty. */
export async function readProduction(
  observer: Pick<Session, "query" | "serverVersion">,
  relations: readonly number[],
  functions: readonly FunctionName[],
): Promise<Production> {
  // To compile it would take seconds, where the server has LLVM.
  await observer.query("SELECT pg_catalog.set_config('jit', 'off', true)");
  const rows = await observer.query<{ production: Production }>(
    productionSql(observer.serverVersion),
    [relations, functions.map(({ schema }) => schema ?? null), functions.map(({ name }) => name)],
  );
  const { production } = onlyRow(rows);
  if (production.relations.length > MAX_RELATIONS)
    throw new CannotLookError(tooManyRelations(production.relations.length, MAX_RELATIONS));
  return production;
}
