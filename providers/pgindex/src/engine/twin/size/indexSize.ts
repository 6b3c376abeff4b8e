import type { Client } from "pg";
import { readSelect } from "../../input/readSelect";
import { qualified } from "../../text/sql";
import { btreeShape, tupleBytes, USABLE_BYTES } from "./btreeSize";
import { type GinKeys, type GinShape, ginShape, keysOf } from "./ginSize";
import { hashPages } from "./hashSize";
import type { IndexColumn, IndexParts } from "./indexParts";
import { sampledKeys } from "./sampledKeys";

/** How long an index will be, and what its first page will say. */
export interface IndexSize {
  readonly index: IndexParts;
  readonly rows: number;
  readonly pages: number;
  /** Of a btree. */
  readonly height?: number;
  /** Of a GIN. */
  readonly gin?: GinShape;
}

/** Estimates it from the statistics that the twin has. */
export async function estimateIndexSize(
  twin: Client,
  part: IndexParts,
  serverVersion: number,
): Promise<IndexSize> {
  const rows = await rowsOf(twin, part);
  const tableRows = await rowsOf(twin, { ...part, predicate: null });
  const index = { ...withoutNulls(part), tableRows };
  if (index.method !== "gin") return { index, rows, ...shapeOf(index, rows, serverVersion) };
  const keys: GinKeys[] = [];
  for (const column of index.columns) keys.push(...(await keysIn(twin, index, column, rows)));
  const gin = ginShape(rows, index.tablePages, keys);
  return { index, rows, pages: gin.pages, gin };
}

/** A predicate that tests a column is not true where it is null, unless it asks for that. */
function withoutNulls(index: IndexParts): IndexParts {
  const { predicate } = index;
  if (predicate === null) return index;
  const read = readSelect(`SELECT (${predicate}\n)`);
  const tested = read.kind === "ok" ? read.select.unqualified.columns : [];
  const asksForNull = /\bIS NULL\b/.test(predicate);
  const columns = index.columns.map((each) => {
    if (each.column === null || asksForNull || !tested.includes(each.column)) return each;
    const share = each.present ?? 1;
    const commonFrequencies = each.commonFrequencies?.map((it) => it / share) ?? null;
    return { ...each, nullFraction: 0, commonFrequencies };
  });
  return { ...index, columns };
}

async function keysIn(
  twin: Client,
  index: IndexParts,
  column: IndexColumn,
  rows: number,
): Promise<readonly GinKeys[]> {
  const known = keysOf(column);
  if (known) return [known];
  return (await sampledKeys(twin, index, column, rows)) ?? [scalarKeys(column, rows)];
}

/** As the planner reckons the rows that a partial index's predicate is true of. */
async function rowsOf(
  twin: Client,
  { tableSchema, table, predicate }: IndexParts,
): Promise<number> {
  const where = predicate === null ? "" : ` WHERE ${predicate}`;
  const { rows } = await twin.query(
    `EXPLAIN (FORMAT JSON) SELECT FROM ONLY ${qualified(tableSchema, table)}${where}`,
  );
  return rows[0]["QUERY PLAN"][0].Plan["Plan Rows"];
}

/** Built by inserts, pages are halved; a build that sorts fills them. */
const SORTED_FILL = 0.72;
const INSERTED_FILL = 0.48;

function shapeOf(
  index: IndexParts,
  rows: number,
  serverVersion: number,
): Omit<IndexSize, "index" | "rows"> {
  const { columns, method } = index;
  const bytes = rows * (tupleBytes(columns) + 4);
  const filled = (fill: number) => ({ pages: 1 + Math.ceil(bytes / (USABLE_BYTES * fill)) });
  switch (method) {
    case "brin":
      return { pages: brinPages(index) };
    case "hash":
      return { pages: hashPages(rows, columns[0]?.distinct ?? -1) };
    case "gist": {
      // Points are sorted since 14, ranges and what btree_gist has since 18.
      const isSorted = columns.every(({ operatorClass }) => operatorClass === "point_ops");
      const since = isSorted ? 140000 : 180000;
      return filled(serverVersion >= since ? SORTED_FILL : INSERTED_FILL);
    }
    case "spgist":
      return filled(SORTED_FILL);
    default:
      return btreeShape(rows, index);
  }
}

/** Without statistics of its elements: one key a row. */
function scalarKeys(column: IndexColumn, rows: number) {
  const distinct = column.distinct ?? -0.1;
  const others = Math.max(1, distinct < 0 ? -distinct * rows : distinct);
  const keyBytes = column.length > 0 ? column.length : (column.width ?? 16);
  return { perRow: 1, frequencies: [], others, othersPerRow: 1, keyBytes };
}

/** A summary has the least and the greatest value of each column. */
function brinPages({ tablePages, columns, options }: IndexParts): number {
  const ranges = Math.ceil(tablePages / Number(options.pages_per_range ?? 128));
  const values = columns.reduce(
    (sum, { length, width }) => sum + 2 * (length > 0 ? length : (width ?? 16)),
    0,
  );
  const pages = (bytes: number) => Math.max(1, Math.ceil(bytes / USABLE_BYTES));
  return 1 + pages(ranges * 6) + pages(ranges * (8 + Math.ceil(values / 8) * 8 + 4));
}
