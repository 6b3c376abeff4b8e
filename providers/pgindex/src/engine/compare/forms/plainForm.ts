import { toCanonical } from "../../catalog/canonicalForm";
import { type Column, readColumns } from "../../catalog/tables";
import { fragmentsOf, type IndexDefinition, type IndexKey } from "../../declare/desiredIndex";
import type { CanonicalIndex } from "../../declare/indexFields";
import type { Session } from "../../session/session";

/** A declared form, and what PostgreSQL calls the index's columns. */
export interface PlainForm {
  readonly canonical: CanonicalIndex;
  readonly columnNames: readonly string[];
}

/** `pg_index.indoption` */
const DESC = 1;
const NULLS_FIRST = 2;

/** INDEX_MAX_KEYS of a server that was not compiled with another value. */
const MOST_COLUMNS = 32;

/**
 * The form of a btree index on columns alone, each with its default operator class and collation:
 * the catalog says what the server would make of it, and that it would make it. Undefined of
 * anything else, which has to be tried on a clone.
 */
export async function plainForm(
  session: Session,
  index: IndexDefinition,
): Promise<PlainForm | undefined> {
  if (!isPlain(index)) return undefined;
  const columns = new Map((await readColumns(session, index)).map((each) => [each.name, each]));
  const keys = index.keys.map(({ column }) => columns.get(column ?? ""));
  const include = index.include.map((name) => columns.get(name));
  if (![...keys, ...include].every(isIndexable)) return undefined;
  return {
    canonical: toCanonical({
      accessMethod: "btree",
      unique: index.unique,
      nullsNotDistinct: index.nullsNotDistinct,
      keys: (keys as readonly Column[]).map((column, i) => ({
        definition: column.printed,
        operatorClass: column.btreeClass as string,
        parameters: null,
        collation: column.collation,
        option: optionOf(index.keys[i]),
        statistics: null,
      })),
      include: (include as readonly Column[]).map(({ printed }) => printed),
      ...NOTHING_ELSE,
    }),
    columnNames: namesOf(index),
  };
}

const NOTHING_ELSE = {
  predicate: null,
  storageParameters: [],
  tablespace: "",
  comment: null,
  constraintType: null,
  deferrable: false,
  exclusion: false,
};

function isPlain(index: IndexDefinition): boolean {
  const { accessMethod, keys, storageParameters, constraint, unique, nullsNotDistinct } = index;
  const names = namesOf(index);
  return (
    accessMethod === "btree" &&
    fragmentsOf(index).length === 0 &&
    keys.every(isColumnAlone) &&
    Object.keys(storageParameters).length === 0 &&
    constraint === undefined &&
    (unique || !nullsNotDistinct) &&
    // PostgreSQL numbers the names of columns that are there twice.
    new Set(names).size === names.length &&
    names.length <= MOST_COLUMNS
  );
}

function isColumnAlone({ collation, operatorClass, operatorClassParameters }: IndexKey): boolean {
  return !collation && !operatorClass && Object.keys(operatorClassParameters).length === 0;
}

function isIndexable(column: Column | undefined): boolean {
  return column !== undefined && !column.isVirtual && column.btreeClass !== null;
}

function namesOf({ keys, include }: IndexDefinition): string[] {
  return [...keys.map(({ column }) => column ?? ""), ...include];
}

function optionOf({ order = "asc", nulls }: Partial<IndexKey> = {}): number {
  const isDescending = order === "desc";
  const areFirst = nulls === undefined ? isDescending : nulls === "first";
  return (isDescending ? DESC : 0) + (areFirst ? NULLS_FIRST : 0);
}
