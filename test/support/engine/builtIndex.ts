import { afterEach, beforeEach } from "vitest";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import type { LiveIndex } from "../../../providers/pgindex/src/engine/catalog/liveIndex.ts";
import type { IndexIdentity } from "../../../providers/pgindex/src/engine/compare/identity.ts";
import { dropIndex } from "../../../providers/pgindex/src/engine/drop/drop.ts";
import { createDatabase, type TestDatabase } from "../server/database.ts";
import { type Args, declare, type Recorder, record, targetOf } from "./engine.ts";
import { identityOf, settle } from "./engineDatabase.ts";

/** A table with rows and an index that we have built, in a database of each test's own. */
export class BuiltIndex {
  db!: TestDatabase;
  identity!: IndexIdentity;

  async build(args: Args = {}): Promise<LiveIndex> {
    const desired = await declare({ table: "t", name: "t_idx", columns: ["a"], ...args });
    const database = targetOf(this.db.url);
    return (await ensureIndex({ database, desired, ctx: record().ctx })).live;
  }

  drop(recorder: Recorder = record()): Promise<void> {
    return dropIndex(targetOf(this.db.url), this.identity, recorder.ctx);
  }
}

export function useBuiltIndex(): BuiltIndex {
  const built = new BuiltIndex();
  beforeEach(async () => {
    built.db = await createDatabase();
    await built.db.query("CREATE TABLE t (a int, b int)");
    await built.db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
    built.identity = identityOf(await built.build());
  });
  afterEach(async () => {
    await settle(built.db);
    await built.db.drop();
  });
  return built;
}
