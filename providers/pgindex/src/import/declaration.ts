/**
 * The declarations that are read from SQL, from a Drizzle schema or from a database: `IndexArgs` as
 * plain data. Only what is not the default is set.
 */

/** A name, or a name in a schema. */
export type DeclaredName = string | { readonly schema: string; readonly name: string };

export type Parameters = Readonly<Record<string, string | number | boolean>>;

/** A key that is more than a column's name. */
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

/** What `new pgindex.Index(declaration.name, declaration)` takes. */
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

/** The schema of a declaration that names none. */
export const DEFAULT_SCHEMA = "public";

export function schemaOf({ schema = DEFAULT_SCHEMA }: Pick<IndexDeclaration, "schema">): string {
  return schema;
}

/** `schema.name`, for messages and to tell declarations apart. */
export function labelOf(of: Pick<IndexDeclaration, "schema" | "name">): string {
  return `${schemaOf(of)}.${of.name}`;
}

/** An object without the properties that are undefined. */
export function defined<T extends object>(properties: T): T {
  const entries = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
