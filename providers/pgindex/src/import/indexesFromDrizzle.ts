import type { IndexDeclaration } from "./declaration";
import { type Casing, loadDrizzleOrm } from "./drizzleOrm";
import { readDrizzleSchema } from "./drizzleSchema";

/** How a Drizzle schema is read. */
export interface FromDrizzleOptions {
  /**
   * As in drizzle.config.ts: how columns are named that have no name of their own.
   * @default the property's own name
   */
  readonly casing?: Casing;
}

/**
 * The indexes of a Drizzle schema, as declarations: those that drizzle-kit's own SQL would create,
 * under the same names, so that the schema stays the one source and its indexes are built
 * concurrently. Needs drizzle-orm 0.31 or newer.
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
  return [...readDrizzleSchema([schema], loadDrizzleOrm(options.casing)).found];
}
