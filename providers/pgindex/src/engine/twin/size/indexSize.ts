import type { Client } from "pg";
import { qualified } from "../../text/sql";
import { btreeShape, tupleBytes, USABLE_BYTES } from "./btreeSize";
import { type GinShape, ginShape, keysOf } from "./ginSize";
import type { IndexParts } from "./indexParts";

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
export async function estimateIndexSize(twin: Client, index: IndexParts): Promise<IndexSize> {
  const rows = await rowsOf(twin, index);
  return { index, rows, ...shapeOf(index, rows) };
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

function shapeOf(index: IndexParts, rows: number): Omit<IndexSize, "index" | "rows"> {
  const fillfactor = Number(index.options.fillfactor ?? 90);
  const { columns, isUnique, tablePages } = index;
  switch (index.method) {
    case "gin": {
      const keys = columns.flatMap((each) => keysOf(each) ?? scalarKeys(each, rows));
      const gin = ginShape(rows, tablePages, keys);
      return { pages: gin.pages, gin };
    }
    case "brin":
      return { pages: brinPages(index) };
    case "hash":
      return { pages: 2 + Math.ceil((rows * 20) / (USABLE_BYTES * 0.75)) };
    case "gist":
    case "spgist":
      return { pages: 1 + Math.ceil((rows * (tupleBytes(columns) + 4)) / (USABLE_BYTES * 0.72)) };
    default: {
      const deduplicates = index.options.deduplicate_items !== "off";
      return btreeShape(rows, columns, { isUnique, fillfactor, deduplicates });
    }
  }
}

/** Without statistics of its elements: one key a row. */
function scalarKeys(column: IndexParts["columns"][number], rows: number) {
  const distinct = column.distinct ?? -0.1;
  const others = Math.max(1, distinct < 0 ? -distinct * rows : distinct);
  const keyBytes = column.length > 0 ? column.length : (column.width ?? 16);
  return { perRow: 1, frequencies: [], others, othersPerRow: 1, keyBytes };
}

function brinPages({ tablePages, columns, options }: IndexParts): number {
  const ranges = Math.ceil(tablePages / Number(options.pages_per_range ?? 128));
  const bytes = 8 + 2 * tupleBytes(columns);
  return (
    1 +
    Math.max(1, Math.ceil(ranges / 1_360)) +
    Math.max(1, Math.ceil((ranges * bytes) / USABLE_BYTES))
  );
}
