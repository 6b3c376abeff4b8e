import type { IndexDeclaration } from "./declaration";
import { type Casing, loadDrizzleOrm } from "./drizzle/drizzleOrm";
import { readDrizzleSchema } from "./drizzle/drizzleSchema";
import { inProgram } from "./inProgram";

/** How to read a Drizzle schema. */
export interface FromDrizzleOptions {
  /**
   * How to name columns that have no name of their own, as in drizzle.config.ts.
   * @default the property's own name
   */
  readonly casing?: Casing;
}

/**
 * The indexes in a Drizzle schema, as declarations: those drizzle-kit's own SQL would create, under
 * the same names. The schema stays the single source, and its indexes are built concurrently. Needs
 * drizzle-orm 0.31 or newer. Throws a `PgIndexError` if drizzle-orm is missing or too old, or if
 * the schema has no tables.
 *
 * @example
 * import * as schema from "./drizzle/schema";
 * for (const declaration of pgindex.indexesFromDrizzle(schema)) {
 *   new pgindex.Index(declaration.name, declaration);
 * }
 */
export function indexesFromDrizzle(
  schema: Readonly<Record<string, unknown>>,
  options: FromDrizzleOptions = {},
): IndexDeclaration[] {
  return inProgram(() => [...readDrizzleSchema([schema], loadDrizzleOrm(options.casing)).found]);
}
