import type { IndexColumn } from "./indexParts";

/** What a GIN's metapage counts. */
export interface GinShape {
  readonly pages: number;
  readonly entryPages: number;
  readonly dataPages: number;
  readonly entries: number;
}

/** The keys of a column: how often each occurs, and in how many rows. */
export interface GinKeys {
  /** How many keys a row has, on average. */
  readonly perRow: number;
  /** Fractions of the rows that have them, of the common ones. */
  readonly frequencies: readonly number[];
  /** How many others there are, and how many of them a row has. */
  readonly others: number;
  readonly othersPerRow: number;
  /** Bytes of a key, on average. */
  readonly keyBytes: number;
}

const MAX_INLINE = 2_700;
const DATA_BYTES = 8_096;
/** Entries come in the order of their keys, and a page that is full is halved. */
const ENTRY_FILL = 0.6;

export function ginShape(rows: number, tablePages: number, columns: readonly GinKeys[]): GinShape {
  let [entries, entryBytes, dataPages] = [0, 0, 0];
  for (const { frequencies, others, othersPerRow, keyBytes } of columns) {
    const groups = frequencies.map((each) => ({ rows: each * rows, count: 1 }));
    if (others > 0)
      groups.push({ rows: Math.max(1, (othersPerRow * rows) / others), count: others });
    for (const { rows: its, count } of groups) {
      const bytes = its * tidBytes(its, tablePages);
      entries += count;
      const isTree = bytes > MAX_INLINE;
      entryBytes += count * (keyBytes + 8 + 4 + 4 + (isTree ? 0 : bytes));
      if (isTree) dataPages += count * treePages(bytes);
    }
  }
  const leaves = Math.max(1, Math.ceil(entryBytes / (8_152 * ENTRY_FILL)));
  const entryPages = leaves + (leaves > 1 ? Math.ceil(leaves / 150) : 0);
  return { pages: Math.round(2 + entryPages + dataPages), entryPages, dataPages, entries };
}

function treePages(bytes: number): number {
  const leaves = Math.ceil(bytes / DATA_BYTES);
  return leaves > 1 ? leaves + Math.ceil(leaves / 600) : 1;
}

/** Rows are kept as distances from one to the next, 7 bits a byte; a page counts for 2048 rows. */
function tidBytes(rows: number, tablePages: number): number {
  const distance = Math.max(1, (tablePages * 2048) / Math.max(1, rows));
  const perPage = rows / Math.max(1, tablePages);
  // Several on one page are near each other, and only the first is far.
  const near = perPage > 1 ? 1 - 1 / perPage : 0;
  const far = Math.max(1, Math.ceil(Math.log2(distance) / 7));
  return near + (1 - near) * Math.min(6, far);
}

/** From the statistics of an array or a tsvector. */
export function keysOf({
  elements,
  elementFrequencies,
  elementCounts,
  width,
}: IndexColumn): GinKeys | undefined {
  if (!elementFrequencies) return undefined;
  const frequencies = elementFrequencies.slice(0, elements ?? 0);
  const covered = frequencies.reduce((sum, each) => sum + each, 0);
  // A tsvector has no counts; what is rare there counts for little.
  const perRow = elementCounts?.at(-1) ?? covered;
  const least = frequencies.at(-1) ?? 0.001;
  const othersPerRow = Math.max(0, perRow - covered);
  const isAll = othersPerRow < perRow * 0.02;
  return {
    perRow,
    frequencies,
    others: isAll ? 0 : Math.ceil(othersPerRow / (least / 2)),
    othersPerRow: isAll ? 0 : othersPerRow,
    keyBytes: Math.max(8, ((width ?? 32) - 24) / Math.max(1, perRow)),
  };
}
