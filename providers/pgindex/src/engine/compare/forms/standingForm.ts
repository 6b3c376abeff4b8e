import { observeAll } from "../../catalog/indexes";
import type { LiveIndex } from "../../catalog/liveIndex";
import { type Column, readColumns } from "../../catalog/tables";
import type { IndexDefinition, IndexKey } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { everything } from "../../session/sharedReads";
import { bodyOf } from "../liveSpelling";
import type { PlainForm } from "./plainForm";
import { meansTheSameOnPath } from "./shadowingNames";

/**
 * The form of a declaration that says, word for word, what the server prints of the index that
 * stands under its name, as `pgindex import` and `pg_dump` write it: that index has it. Undefined of
 * anything else, and where a name could mean something else under the declaration's search path. Only
 * for who shares the session, for whom all that is printed is read once.
 *
 * What PostgreSQL prints, it reads again as the same: pg_dump relies on it
 * (https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CATALOG).
 */
export async function standingForm(
  session: Session,
  index: IndexDefinition,
): Promise<PlainForm | undefined> {
  const printed = isSimple(index) ? await everything(session, allPrinted) : undefined;
  if (!printed) return undefined;
  const [observed] = await observeAll(session, index.schema, [index.name]);
  const live = observed?.kind === "index" ? observed.index : undefined;
  const own = live && printed.get(live.oid);
  if (!own || !isComparable(index, live)) return undefined;
  const columns = new Map((await readColumns(session, index)).map((each) => [each.name, each]));
  const declares = [own.pretty, live.definition].some((text) => isPrinted(index, columns, text));
  return declares && (await meansTheSameOnPath(session, index, columns))
    ? { canonical: live.canonical, columnNames: own.columnNames }
    : undefined;
}

/** What the text of a declaration can say as a printed one does. */
function isSimple({ keys, storageParameters, constraint, accessMethod }: IndexDefinition): boolean {
  return (
    constraint === undefined &&
    Object.keys(storageParameters).length === 0 &&
    isWord(accessMethod) &&
    keys.every(
      ({ collation, operatorClass, operatorClassParameters }) =>
        !collation &&
        (!operatorClass || (operatorClass.schema === undefined && isWord(operatorClass.name))) &&
        Object.keys(operatorClassParameters).length === 0,
    )
  );
}

/** What is printed without quotes. */
const isWord = (name: string) => /^[a-z_][a-z0-9_]*$/.test(name);

function isComparable(index: IndexDefinition, live: LiveIndex): boolean {
  const isThere = live.table === index.table && live.constraint === undefined;
  return isThere && (live.canonical.unique ?? false) === index.unique;
}

interface Printed {
  readonly oid: number;
  /** With few parentheses, as `\d` shows it. */
  readonly pretty: string;
  readonly columnNames: readonly string[];
}

/** Those that are more than columns, by their OIDs. */
async function allPrinted(session: Session): Promise<ReadonlyMap<number, Printed>> {
  const rows = await session.query<Printed>(
    `SELECT i.indexrelid::int8::float8 AS oid, pg_get_indexdef(i.indexrelid, 0, true) AS pretty,
            ARRAY(SELECT a.attname::text FROM pg_attribute a
                   WHERE a.attrelid = i.indexrelid ORDER BY a.attnum) AS "columnNames"
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       JOIN pg_am m ON m.oid = c.relam JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL OR m.amname <> 'btree')
        AND n.nspname NOT IN ('pg_catalog', 'pg_toast', 'information_schema')`,
  );
  // An index that has just been dropped prints as null.
  return new Map(rows.flatMap((row) => (row.pretty === null ? [] : [[row.oid, row]])));
}

type Columns = ReadonlyMap<string, Column>;

/** Whether the server's text is the declaration's. */
function isPrinted(index: IndexDefinition, columns: Columns, definition: string): boolean {
  const keys = index.keys.map((key) => keyTexts(key, columns));
  const include = index.include.map((name) => columns.get(name)?.printed);
  const tail = [
    include.length > 0 ? ` INCLUDE (${include.join(", ")})` : "",
    index.nullsNotDistinct ? " NULLS NOT DISTINCT" : "",
  ].join("");
  const rest = [
    [`USING ${index.accessMethod} (`],
    ...keys.flatMap((texts, i) => (i === 0 ? [texts] : [[", "], texts])),
    [`)${tail}`],
    ...(index.predicate === undefined ? [] : [[" WHERE "], inBrackets(index.predicate)]),
  ];
  return isOneOf(bodyOf(definition), rest);
}

/** Whether the text is put together from one of each of the parts. */
function isOneOf(text: string, [texts, ...rest]: readonly (readonly string[])[]): boolean {
  if (!texts) return text === "";
  return texts.some((one) => text.startsWith(one) && isOneOf(text.slice(one.length), rest));
}

function keyTexts(key: IndexKey, columns: Columns): string[] {
  const { column, expression = "", operatorClass, order, nulls } = key;
  const printed = columns.get(column ?? "")?.printed;
  const texts = column === undefined ? inBrackets(expression) : printed ? [printed] : [];
  const isDescending = order === "desc";
  const direction = [
    operatorClass ? ` ${operatorClass.name}` : "",
    isDescending ? " DESC" : "",
    isDescending && nulls === "last" ? " NULLS LAST" : "",
    !isDescending && nulls === "first" ? " NULLS FIRST" : "",
  ].join("");
  return texts.map((text) => text + direction);
}

/** Brackets around all of it mean nothing, and the server prints none, one or two. */
const inBrackets = (text: string) => [text, `(${text})`, `((${text}))`];
