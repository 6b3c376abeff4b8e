import type { IndexDeclaration } from "../../../providers/pgindex/src/import/declaration.ts";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";

export function read(sql: string): IndexDeclaration[] {
  return indexesFromSql({ sql });
}
