import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";
import type { GinShape } from "./size/ginSize";

/** What the first pages of an index will say when it is full. */
export interface FirstPages {
  readonly schema: string;
  readonly name: string;
  /** Levels of a btree above its leaves. */
  readonly height?: number;
  readonly gin?: GinShape;
}

const PAGE = 8192;
const HEADER = 24;

/**
 * Gives empty indexes the first pages that full ones have, which the planner reads: how many levels
 * a btree has, and what a GIN consists of. `admin` is a superuser in the twin's database: what the
 * server has of them in its buffers has to go.
 */
export async function forgePages(
  admin: Client,
  directory: string,
  indexes: readonly FirstPages[],
): Promise<void> {
  const { rows } = await admin.query<{ path: string; schema: string; name: string }>(
    `SELECT pg_catalog.pg_relation_filepath(c.oid) AS path, n.nspname AS schema, c.relname AS name,
            pgindex_twin.pg_buffercache_evict_relation(c.oid)::text AS evicted
       FROM pg_catalog.jsonb_to_recordset($1) AS w(schema name, name name)
       JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
      WHERE c.relkind = 'i'`,
    [JSON.stringify(indexes.map(({ schema, name }) => ({ schema, name })))],
  );
  for (const { path, schema, name } of rows) {
    const index = indexes.find((each) => each.schema === schema && each.name === name);
    const handle = openSync(join(directory, "data", path), "r+");
    try {
      if (index?.height !== undefined) writeBtree(handle, index.height);
      if (index?.gin !== undefined) writeGin(handle, index.gin);
    } finally {
      closeSync(handle);
    }
  }
}

/**
 * One page for each level, with nothing but the way down to an empty leaf: the planner's look for a
 * column's extremes finds the tree sound and nothing in it.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/access/nbtree.h
 */
function writeBtree(handle: number, height: number): void {
  if (height === 0) return;
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
}

const BTREE_SPECIAL = 16;
const LEAF = 1;
const ROOT = 2;
const INDEX_TUPLE_BYTES = 8;

function btreePage(level: number, isRoot: boolean, below: number): Buffer {
  const page = Buffer.alloc(PAGE);
  const special = PAGE - BTREE_SPECIAL;
  const upper = level === 0 ? special : special - INDEX_TUPLE_BYTES;
  // pd_lower, pd_upper, pd_special, and the size of a page with the version of its layout.
  page.writeUInt16LE(level === 0 ? HEADER : HEADER + 4, 12);
  page.writeUInt16LE(upper, 14);
  page.writeUInt16LE(special, 16);
  page.writeUInt16LE(PAGE | 4, 18);
  if (level > 0) {
    // One line pointer to a tuple without a key: "minus infinity", and the block below.
    page.writeUInt32LE((upper | (1 << 15) | (INDEX_TUPLE_BYTES << 17)) >>> 0, HEADER);
    page.writeUInt16LE(below >>> 16, upper);
    page.writeUInt16LE(below & 0xffff, upper + 2);
    // INDEX_ALT_TID_MASK: the place of the row has the number of its attributes, which is none.
    page.writeUInt16LE(0x2000 | INDEX_TUPLE_BYTES, upper + 6);
  }
  page.writeUInt32LE(level, special + 8);
  page.writeUInt16LE((level === 0 ? LEAF : 0) | (isRoot ? ROOT : 0), special + 12);
  return page;
}

/**
 * `GinMetaPageData` counts pages of entries, of data, and entries.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_STABLE/src/include/access/ginblock.h
 */
function writeGin(handle: number, { pages, entryPages, dataPages, entries }: GinShape): void {
  const meta = Buffer.alloc(52);
  readSync(handle, meta, 0, meta.length, HEADER);
  meta.writeUInt32LE(pages, 24);
  meta.writeUInt32LE(entryPages, 28);
  meta.writeUInt32LE(dataPages, 32);
  meta.writeBigInt64LE(BigInt(Math.round(entries)), 40);
  writeSync(handle, meta, 0, meta.length, HEADER);
}
