import type { IndexColumn, IndexParts } from "./indexParts";

/** A page less its header and its special space. */
export const USABLE_BYTES = 8192 - 24 - 16;
const LINE_POINTER = 4;
const TID_BYTES = 6;
/** The longest posting list that a build makes: a tenth of a page, less a line pointer. */
const MAX_POSTING = 812;
/** What is longer is compressed, or refused: three keys have to fit on a page. */
const MAX_TUPLE = 2_704;
/** Where ANALYZE has said nothing of an expression. */
const UNKNOWN_WIDTH = 16;

interface BtreeShape {
  readonly pages: number;
  /** Levels above the leaves. */
  readonly height: number;
}

/**
 * The length of a btree that is built anew, in pages.
 *
 * @see https://www.postgresql.org/docs/current/btree.html#BTREE-DEDUPLICATION
 */
export function btreeShape(
  rows: number,
  { columns, isUnique, options, tableRows }: Omit<IndexParts, "predicate">,
): BtreeShape {
  const tuple = tupleBytes(columns);
  const fillfactor = Number(options.fillfactor ?? 90);
  const deduplicates = options.deduplicate_items !== "off";
  const canShare =
    deduplicates && !isUnique && columns.every((each) => each.isKey && each.isEqualImage);
  const bytes = canShare
    ? sharedBytes(rows, tableRows, columns, tuple)
    : rows * (tuple + LINE_POINTER);
  const wide = tuple + LINE_POINTER;
  // What no longer fits whole goes to the next page, which takes one key in any case.
  const perLeaf = USABLE_BYTES - (8192 * (100 - fillfactor)) / 100 - (canShare ? 0 : wide / 2);
  const leaves = Math.max(1, Math.ceil(bytes / Math.max(wide, perLeaf)));
  return withUpperLevels(leaves, tupleBytes(columns.filter(({ isKey }) => isKey)));
}

function withUpperLevels(leaves: number, keyBytes: number): BtreeShape {
  const fanOut = Math.max(2, (USABLE_BYTES * 0.7) / (keyBytes + LINE_POINTER));
  let [pages, height] = [leaves, 0];
  for (let level = leaves; level > 1; height += 1) {
    level = Math.ceil(level / fanOut);
    pages += level;
  }
  // The metapage.
  return { pages: pages + 1, height };
}

/** How many levels a btree of so many pages has above its leaves, if its keys are short. */
export function heightOf(pages: number): number {
  const leaves = pages - 1;
  if (leaves <= 1) return 0;
  return Math.ceil(Math.log(leaves) / Math.log(250));
}

const align = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** An index tuple: 8 bytes of header, 8 more for the bits of nulls, and the values, to 8 bytes. */
export function tupleBytes(columns: readonly IndexColumn[]): number {
  let [bytes, present, isVarying] = [0, 1, false];
  for (const { length, alignment, width, nullFraction } of columns) {
    const here = 1 - (nullFraction ?? 0);
    present *= here;
    if (length > 0) bytes = align(bytes, alignment) + length * here;
    else {
      const its = width ?? UNKNOWN_WIDTH;
      // A header of one byte needs no alignment.
      bytes = (its > 126 ? align(bytes, 4) : bytes) + its * here;
      isVarying = true;
    }
  }
  const header = 8 + (1 - present) * 8;
  // Lengths that vary are rounded up by half of it on average.
  const tuple = isVarying || present < 1 ? header + bytes + 3.5 : align(header + bytes, 8);
  return Math.min(tuple, MAX_TUPLE);
}

/** Rows that share what ANALYZE knows of their keys: a common value, or all that is not common. */
interface Group {
  readonly share: number;
  readonly distinct: number;
}

/** Equal keys are kept once, with a list of 6 bytes for each row. */
function sharedBytes(
  rows: number,
  tableRows: number,
  columns: readonly IndexColumn[],
  tuple: number,
): number {
  const groups = columns.reduce<readonly Group[]>(
    (found, column) => merged(found.flatMap((group) => split(group, groupsOf(tableRows, column)))),
    [{ share: 1, distinct: 1 }],
  );
  return groups.reduce(
    (sum, { share, distinct }) => sum + restBytes(share * rows, distinct, tuple),
    0,
  );
}

/** As if the columns were independent. */
function split({ share, distinct }: Group, others: readonly Group[]): Group[] {
  return others.map((other) => ({
    share: share * other.share,
    distinct: distinct * other.distinct,
  }));
}

const MOST_GROUPS = 2_000;

/** The largest ones by themselves, and the rest as one. */
function merged(groups: readonly Group[]): readonly Group[] {
  if (groups.length <= MOST_GROUPS) return groups;
  const sorted = [...groups].sort((one, other) => other.share - one.share);
  const [large, small] = [sorted.slice(0, MOST_GROUPS), sorted.slice(MOST_GROUPS)];
  const sum = (of: keyof Group) => small.reduce((total, group) => total + group[of], 0);
  return [...large, { share: sum("share"), distinct: sum("distinct") }];
}

function groupsOf(tableRows: number, column: IndexColumn): Group[] {
  const { distinct, commonFrequencies, nullFraction, present } = column;
  const common = (commonFrequencies ?? []).map((share) => ({ share, distinct: 1 }));
  const nulls = nullFraction ? [{ share: nullFraction, distinct: 1 }] : [];
  const known = [...common, ...nulls];
  const share = 1 - known.reduce((sum, each) => sum + each.share, 0);
  const all = distinct === null ? tableRows / 10 : distinct < 0 ? -distinct * tableRows : distinct;
  if (share <= 0.001) return known;
  // A predicate may ask for what is not there.
  const rows = Math.max(1, share * tableRows * (nullFraction === 0 ? (present ?? 1) : 1));
  return [...known, { share, distinct: populationOf(rows, Math.max(1, all - common.length)) }];
}

/** How many values there are to choose from, if so many rows have chosen so many of them. */
function populationOf(rows: number, chosen: number): number {
  if (chosen >= rows * 0.99) return rows * 1_000;
  let [least, most] = [chosen, rows * 1_000];
  for (let i = 0; i < 50; i += 1) {
    const middle = (least + most) / 2;
    if (middle * (1 - Math.exp(-rows / middle)) < chosen) least = middle;
    else most = middle;
  }
  return most;
}

/** The rows fall into the groups as they come, so that their numbers are a Poisson's. */
function restBytes(rows: number, groups: number, tuple: number): number {
  if (rows < 1) return 0;
  const mean = rows / groups;
  if (mean > 50) return groups * groupBytes(mean, tuple);
  let [bytes, chance] = [0, Math.exp(-mean)];
  for (let k = 1; k < mean + 60; k += 1) {
    chance *= mean / k;
    bytes += chance * groupBytes(k, tuple);
  }
  return groups * bytes;
}

function groupBytes(rows: number, tuple: number): number {
  if (rows <= 1) return rows * (tuple + LINE_POINTER);
  const perList = Math.max(1, Math.floor((MAX_POSTING - tuple) / TID_BYTES));
  const full = Math.floor(rows / perList);
  const last = rows - full * perList;
  const whole = full * (align(tuple + perList * TID_BYTES, 8) + LINE_POINTER);
  if (last === 0) return whole;
  return whole + (last <= 1 ? tuple : align(tuple + last * TID_BYTES, 8)) + LINE_POINTER;
}
