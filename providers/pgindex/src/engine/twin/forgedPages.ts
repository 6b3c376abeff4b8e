import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import type { IndexSize } from "./size/indexSize";

const PAGE = 8192;
const HEADER = 24;
const BTREE_SPECIAL = 16;

/**
 * Gives an empty btree the levels that it will have, which the planner reads from its first page:
 * one page for each, with nothing but the way down to an empty leaf, so that a look for the
 * column's extremes finds the tree sound and nothing in it.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/access/nbtree.h
 */
export function writeBtree(file: string, height: number): void {
  const handle = openSync(file, "r+");
  try {
    // Root first: block 1 has the highest level, the last the leaf.
    for (let block = 1; block <= height + 1; block += 1) {
      const level = height + 1 - block;
      writeSync(handle, btreePage(level, level === height, block + 1), 0, PAGE, block * PAGE);
    }
    const meta = Buffer.alloc(16);
    for (const at of [0, 8]) {
      meta.writeUInt32LE(1, at);
      meta.writeUInt32LE(height, at + 4);
    }
    // btm_root, btm_level, btm_fastroot, btm_fastlevel
    writeSync(handle, meta, 0, 16, HEADER + 8);
  } finally {
    closeSync(handle);
  }
}

const LEAF = 1;
const ROOT = 2;
const INDEX_TUPLE_BYTES = 8;

function btreePage(level: number, isRoot: boolean, below: number): Buffer {
  const page = Buffer.alloc(PAGE);
  const special = PAGE - BTREE_SPECIAL;
  const upper = level === 0 ? special : special - INDEX_TUPLE_BYTES;
  writeHeader(page, level === 0 ? HEADER : HEADER + 4, upper, special);
  if (level > 0) {
    // One line pointer to a tuple without a key: "minus infinity", and the block below.
    page.writeUInt32LE(upper | (1 << 15) | (INDEX_TUPLE_BYTES << 17), HEADER);
    page.writeUInt16LE(below >>> 16, upper);
    page.writeUInt16LE(below & 0xffff, upper + 2);
    // INDEX_ALT_TID_MASK: the place of the row has the number of its attributes, which is none.
    page.writeUInt16LE(0x2000 | INDEX_TUPLE_BYTES, upper + 6);
  }
  page.writeUInt32LE(level, special + 8);
  page.writeUInt16LE((level === 0 ? LEAF : 0) | (isRoot ? ROOT : 0), special + 12);
  return page;
}

/** pd_lower, pd_upper, pd_special, and the size of a page with the version of its layout. */
function writeHeader(page: Buffer, lower: number, upper: number, special: number): void {
  page.writeUInt16LE(lower, 12);
  page.writeUInt16LE(upper, 14);
  page.writeUInt16LE(special, 16);
  page.writeUInt16LE(PAGE | 4, 18);
}

/** Forges the first pages of indexes that have just been built, before anybody has read them. */
export async function forgePages(
  twin: Client,
  directory: string,
  sizes: readonly IndexSize[],
): Promise<void> {
  const { rows } = await twin.query<{ oid: number; path: string }>(
    `SELECT oid::int8::float8 AS oid, pg_catalog.pg_relation_filepath(oid) AS path
       FROM pg_catalog.unnest($1::int8[]::oid[]) AS oid`,
    [sizes.map(({ index }) => index.oid)],
  );
  for (const { index, height } of sizes) {
    const path = rows.find(({ oid }) => oid === index.oid)?.path;
    if (path !== undefined && height !== undefined)
      writeBtree(join(directory, "data", path), height);
  }
}
