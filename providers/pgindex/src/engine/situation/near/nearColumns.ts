import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { similarNames } from "../../text/similarNames";
import type { Cause } from "../causes/cause";
import { missingColumnCause, notAColumnCause } from "./nameMessages";
import { readWrittenKey } from "./writtenKey";
import { writtenNames } from "./writtenNames";

/** What was meant by a name that is no column of the table. */
export async function nearColumns(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  const columns = await columnsOf(observer, index);
  const isMissing = (name: string) => !columns.includes(name);
  const key = index.keys.flatMap(({ column }) => column ?? []).find(isMissing);
  const included = index.include.find(isMissing);
  const name = key ?? included ?? writtenNames(index).columns.find(isMissing);
  if (name === undefined) return undefined;
  const near = similarNames(name, columns);
  if (near.length > 0) return missingColumnCause(name, near, columns);
  const isPlace = key !== undefined || included !== undefined;
  const written = isPlace ? readWrittenKey(name) : undefined;
  // Another spelling of a name that is no column either says nothing.
  const isKnown =
    written !== undefined &&
    (written.column === undefined || (written.column !== name && !isMissing(`${written.column}`)));
  return isKnown
    ? notAColumnCause(name, written, key === undefined)
    : missingColumnCause(name, [], columns);
}

/** The names in the declaration that are no columns of the table. */
export async function missingNames(
  observer: Session,
  index: IndexDefinition,
): Promise<readonly string[]> {
  const columns = await columnsOf(observer, index);
  const keys = index.keys.flatMap(({ column }) => column ?? []);
  const names = [...keys, ...index.include, ...writtenNames(index).columns];
  return [...new Set(names)].filter((name) => !columns.includes(name));
}

async function columnsOf(observer: Session, { schema, table }: IndexDefinition): Promise<string[]> {
  const rows = await observer.query<{ name: string }>(
    `SELECT a.attname AS name
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum`,
    [schema, table],
  );
  return rows.map(({ name }) => name);
}
