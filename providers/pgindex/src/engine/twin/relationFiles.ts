import { chownSync, existsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Client } from "pg";

/** How long a relation is to be. */
export interface Length {
  readonly schema: string;
  readonly name: string;
  readonly pages: number;
}

const PAGE_BYTES = 8192;
/** 1 GB, as every build has it that packages carry. */
const SEGMENT_PAGES = 131_072;

/**
 * Makes the files of empty relations as long as production's: the planner asks for the length of
 * the file. What is added is a hole, which takes no space, and which nobody reads: no plan runs.
 */
export async function lengthenFiles(
  twin: Client,
  directory: string,
  lengths: readonly Length[],
): Promise<void> {
  const { rows } = await twin.query<{ path: string; pages: number }>(
    `SELECT pg_catalog.pg_relation_filepath(c.oid) AS path, w.pages::float8 AS pages
       FROM pg_catalog.jsonb_to_recordset($1) AS w(schema name, name name, pages bigint)
       JOIN pg_catalog.pg_namespace n ON n.nspname = w.schema
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = w.name`,
    [JSON.stringify(lengths)],
  );
  for (const { path, pages } of rows) lengthen(join(directory, "data", path), pages);
}

function lengthen(file: string, pages: number): void {
  for (let segment = 0, left = pages; left > 0; segment += 1, left -= SEGMENT_PAGES) {
    const name = segment === 0 ? file : `${file}.${segment}`;
    const bytes = Math.min(left, SEGMENT_PAGES) * PAGE_BYTES;
    if (!existsSync(name)) makeLike(file, name);
    if (statSync(name).size < bytes) truncateSync(name, bytes);
  }
}

/** A new file would be root's, where root is not who runs the server. */
function makeLike(first: string, segment: string): void {
  writeFileSync(segment, "", { mode: 0o600 });
  const { uid, gid } = statSync(first);
  if (process.getuid?.() === 0) chownSync(segment, uid, gid);
}
