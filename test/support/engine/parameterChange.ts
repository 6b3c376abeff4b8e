import { expect } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../../providers/pgindex/src/engine/build/preview.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../../providers/pgindex/src/engine/record/outputs.ts";
import type { TestDatabase } from "../server/database.ts";
import { type Args, declare, record, targetOf } from "./engine.ts";
import { BUILDS_NOTHING, stepsOf } from "./engineDatabase.ts";

/** A change of storage parameters of the index "i" of the table "t". */
export interface ParameterChange {
  readonly method: string;
  readonly column: string | object;
  readonly before?: object;
  readonly after: object;
  /** What only a rebuild applies; nothing where SET is enough. */
  readonly built?: string;
  /** What the index's own pages say, before and after. */
  readonly disk?: readonly [sql: string, before: number, after: number];
}

export async function ensure(
  db: TestDatabase,
  args: Args,
  previous?: IndexOutputs,
  afterStep?: () => Promise<void>,
) {
  const desired = await declare(args);
  const { ctx, lines, statuses } = record();
  const database = targetOf(db.url);
  const hooks = { afterStep };
  const ensured = await ensureIndex({ database, desired, previous, ctx, hooks });
  return { outputs: toIndexOutputs(ensured, desired, [], previous), lines, statuses };
}

export async function preview(
  db: TestDatabase,
  args: Args,
  previous: IndexOutputs | Args,
): Promise<string[]> {
  const desired = await declare(args);
  const before = "canonical" in previous ? (previous as IndexOutputs) : await declare(previous);
  const table = `${desired.schema}.${desired.table}`;
  return stepsOf(await previewIndex(targetOf(db.url), desired, { previous: before }), table);
}

/** For `test.each`. */
export function titled(change: ParameterChange): readonly [string, ParameterChange] {
  const { method, before = {}, after } = change;
  return [`${method}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`, change];
}

/** The change is shown as it is, reaches the disk, and is done then. */
export async function expectChange(db: TestDatabase, change: ParameterChange): Promise<void> {
  const { method, column, before = {}, after, built, disk } = change;
  const base = { table: "t", name: "i", columns: [column], accessMethod: method };
  const was = { ...base, storageParameters: before };
  const declared = { ...base, storageParameters: after };
  const { outputs } = await ensure(db, was);
  const onDisk = async () => disk && (await db.query<{ is: number }>(disk[0]))[0]?.is;
  expect(await onDisk()).toBe(disk?.[1]);
  const file = await fileOf(db, "i");

  // The first preview of a program knows what it declared before, the other one what was built.
  for (const previous of [was, outputs]) {
    const [set, rebuild, ...more] = await preview(db, declared, previous);
    expect(set).toMatch(/^ALTER INDEX "public"\."i" (RE)?SET \(/);
    expect(rebuild).toBe(
      built &&
        `REINDEX INDEX CONCURRENTLY "public"."i": only a rebuild applies the new value of ${built}`,
    );
    expect(more).toEqual([]);
  }
  const { outputs: changed } = await ensure(db, declared, outputs);
  expect(await onDisk()).toBe(disk?.[2]);
  expect((await fileOf(db, "i")) === file).toBe(built === undefined);
  expect(await preview(db, declared, changed)).toEqual([BUILDS_NOTHING]);
  expect(await preview(db, declared, declared)).toEqual([BUILDS_NOTHING]);
  expect((await ensure(db, declared, changed)).outputs.oid).toBe(changed.oid);
}

/** What a rebuild alone changes: the file of the index. */
async function fileOf(db: TestDatabase, index: string): Promise<unknown> {
  const [row] = await db.query("SELECT pg_relation_filenode($1) AS file", [index]);
  return row?.file;
}
