import { afterAll, afterEach, beforeAll } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { Hooks } from "../../providers/pgindex/src/engine/build/execute.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import type { Ensured } from "../../providers/pgindex/src/engine/build/request.ts";
import { ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { newOwnerId } from "../../providers/pgindex/src/provider/indexes/claim.ts";
import { type Args, declare, record, targetOf } from "../support/engine/engine.ts";
import { settle } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const URN = "urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::it";

/** One index as a Pulumi stack keeps it: what it was is remembered from one command to the next. */
export class Stack {
  /** What Pulumi would have in its state. */
  outputs: IndexOutputs | undefined;
  /** What the last command said. */
  lines: readonly string[] = [];
  statuses: readonly string[] = [];
  readonly #db: { readonly url: string };
  readonly #base: Args;

  constructor(db: { readonly url: string }, base: Args) {
    this.#db = db;
    this.#base = base;
  }

  async preview(args: Args = {}): Promise<string[]> {
    const desired = await declare({ ...this.#base, ...args });
    const claim = { owner: ownerOf(URN, this.outputs?.ownerId ?? undefined), marks: true };
    return previewIndex(targetOf(this.#db.url), desired, { previous: this.outputs, claim });
  }

  async up(args: Args = {}, hooks: Hooks = {}): Promise<Ensured> {
    const desired = await declare({ ...this.#base, ...args });
    const { ctx, lines, statuses } = record();
    this.lines = lines;
    this.statuses = statuses;
    const target = targetOf(this.#db.url);
    const claim = { owner: ownerOf(URN, this.outputs?.ownerId ?? newOwnerId()), marks: true };
    const ensured = await ensureIndex({
      database: target,
      desired,
      previous: this.outputs,
      claim,
      ctx,
      hooks,
    });
    this.outputs = kept(toIndexOutputs(ensured, desired, [], this.outputs));
    return ensured;
  }

  /** What a refresh finds wrong: null when nothing is, undefined when the index is gone. */
  async refresh(): Promise<string | null | undefined> {
    const refreshed = await refreshIndex(targetOf(this.#db.url), this.#known());
    if (refreshed) this.outputs = kept(refreshed);
    return refreshed?.drift;
  }

  async destroy(): Promise<void> {
    const { ctx, lines, statuses } = record();
    this.lines = lines;
    this.statuses = statuses;
    await dropIndex(targetOf(this.#db.url), this.#known(), ctx);
    this.outputs = undefined;
  }

  #known(): IndexOutputs {
    if (!this.outputs) throw new Error("this stack has no index yet");
    return this.outputs;
  }
}

function kept(outputs: IndexOutputs): IndexOutputs {
  return JSON.parse(JSON.stringify(outputs));
}

/** A database for a test file; nothing of the engine's may be left open after a test. */
export function useDatabase(...schema: readonly string[]): { readonly db: TestDatabase } {
  const place = {} as { db: TestDatabase };
  beforeAll(async () => {
    place.db = await createDatabase();
    for (const statement of schema) await place.db.query(statement);
  });
  afterEach(() => settle(place.db));
  afterAll(() => place.db?.drop());
  return place;
}

/** One failure may not make the next. */
export async function dropIndexesIn(db: TestDatabase, ...schemas: string[]): Promise<void> {
  const left = await db.query<{ sql: string }>(
    `SELECT coalesce('ALTER TABLE ' || k.conrelid::regclass
                     || ' DROP CONSTRAINT ' || quote_ident(k.conname),
                     'DROP INDEX ' || i.oid::regclass) AS sql
       FROM pg_class i LEFT JOIN pg_inherits h ON h.inhrelid = i.oid LEFT
       JOIN pg_constraint k ON k.conindid = i.oid
      WHERE i.relkind IN ('i', 'I') AND h.inhparent IS NULL
      AND i.relnamespace = ANY($1::text[]::regnamespace[])`,
    [schemas],
  );
  for (const { sql } of left) await db.query(sql);
}

/**
 * `table.index valid`, or INVALID, of every index in the schemas, `<- parent` where it is attached.
 */
export async function indexesIn(db: TestDatabase, ...schemas: string[]): Promise<string[]> {
  const rows = await db.query<{ line: string }>(
    `SELECT format('%s.%s %s%s', t.relname, i.relname,
                   CASE WHEN x.indisvalid AND x.indisready
                   AND x.indislive THEN 'valid' ELSE 'INVALID' END,
                   ' <- ' || p.relname) AS line
       FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
       LEFT JOIN pg_inherits h ON h.inhrelid = i.oid LEFT JOIN pg_class p ON p.oid = h.inhparent
      WHERE i.relnamespace = ANY($1::text[]::regnamespace[]) ORDER BY 1`,
    [schemas],
  );
  return rows.map(({ line }) => line);
}
