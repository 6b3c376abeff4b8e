/**
 * Declarations read from SQL, a Drizzle schema or a database: `IndexArgs` as plain data. Only
 * values that differ from the default are set.
 */

/** A name, or a name with its schema. */
export type DeclaredName = string | { readonly schema: string; readonly name: string };

export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A key that is more than a column name, as `KeyArgs` has it. */
export interface KeyDeclaration {
  readonly column?: string;
  readonly expression?: string;
  readonly collation?: DeclaredName;
  readonly operatorClass?: DeclaredName;
  readonly operatorClassParameters?: Parameters;
  readonly order?: "desc";
  readonly nulls?: "first" | "last";
  readonly statistics?: number;
}

/** An index as plain data: the arguments for `new pgindex.Index(declaration.name, declaration)`. */
export interface IndexDeclaration {
  readonly schema?: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly (string | KeyDeclaration)[];
  readonly unique?: true;
  readonly nullsNotDistinct?: true;
  readonly include?: readonly string[];
  readonly predicate?: string;
  readonly accessMethod?: string;
  readonly storageParameters?: Parameters;
  readonly tablespace?: string;
  readonly comment?: string;
  readonly constraint?: "unique" | "primaryKey";
}

/** The schema of a declaration that does not name one. */
export const DEFAULT_SCHEMA = "public";

export function schemaOf({ schema = DEFAULT_SCHEMA }: Pick<IndexDeclaration, "schema">): string {
  return schema;
}

/** A declaration's `schema`, which is left out where it is the default. */
export function inSchema(schema: string): { readonly schema?: string } {
  return schema === DEFAULT_SCHEMA ? {} : { schema };
}

/** `schema.name`, for messages and for telling declarations apart. */
export function labelOf(of: Pick<IndexDeclaration, "schema" | "name">): string {
  return `${schemaOf(of)}.${of.name}`;
}

/** A copy of an object without its undefined properties. */
export function defined<T extends object>(properties: T): T {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
