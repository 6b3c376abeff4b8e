import type { IndexDefinition } from "../declare/desiredIndex";
import { type FieldsWith, INDEX_FIELDS, type IndexField } from "../declare/indexFields";
import type { Advice } from "../errors/advice";
import { unsupportedClauseAdvice } from "./declarationMessages";

/** Fields that some supported servers lack, and whether a declaration uses them. */
const FIELDS: Readonly<
  Record<Exclude<IndexField, FieldsWith<"since", 0>>, (index: IndexDefinition) => boolean>
> = {
  nullsNotDistinct: ({ nullsNotDistinct }) => nullsNotDistinct,
};

interface Clause {
  readonly clause: string;
  /** `server_version_num` of the first release that supports the clause. */
  readonly since: number;
  readonly isUsed: (index: IndexDefinition) => boolean;
}

/** From the release notes: https://www.postgresql.org/docs/release/ */
const CLAUSES: readonly Clause[] = [
  ...Object.entries(FIELDS).map(([field, isUsed]) => {
    return { clause: field, since: INDEX_FIELDS[field as keyof typeof FIELDS].since, isUsed };
  }),
  {
    clause: "operatorClassParameters",
    since: 130000,
    isUsed: ({ keys }) => keys.some((key) => Object.keys(key.operatorClassParameters).length > 0),
  },
  {
    clause: "include with spgist",
    since: 140000,
    isUsed: ({ accessMethod, include }) => accessMethod === "spgist" && include.length > 0,
  },
  {
    clause: "storageParameters.deduplicate_items",
    since: 130000,
    isUsed: ({ storageParameters }) => "deduplicate_items" in storageParameters,
  },
];

/** Advice about the first declared clause that the server is too old for, if any. Pure. */
export function unsupportedClause(
  index: IndexDefinition,
  serverVersion: number,
): Advice | undefined {
  const found = CLAUSES.find(({ since, isUsed }) => serverVersion < since && isUsed(index));
  return found && unsupportedClauseAdvice(index, found, serverVersion);
}
