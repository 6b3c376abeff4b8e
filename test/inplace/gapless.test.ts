import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Args } from "../support/engine/engine.ts";
import { serverHas } from "../support/engine/engineDatabase.ts";
import { indexesIn, Stack, useDatabase } from "./stack.ts";
import { watched } from "./watcher.ts";

const place = useDatabase(
  "CREATE SCHEMA app",
  "CREATE TABLE app.t (id bigserial, a int NOT NULL, b int, c text)",
  "INSERT INTO app.t (a, b, c) SELECT i, i % 100, 'C' || i FROM generate_series(1, 60000) i",
  "ANALYZE app.t",
  "CREATE EXTENSION amcheck",
);

const tablespace = () => `${place.db.name}_space`;
beforeAll(async () => {
  await place.db.query("SET allow_in_place_tablespaces = on");
  await place.db.query(`CREATE TABLESPACE ${tablespace()} LOCATION ''`);
});
afterAll(async () => {
  await place.db.query("DROP TABLE app.t");
  await place.db.query(`DROP TABLESPACE ${tablespace()}`);
});

const BASE = { schema: "app", table: "t", name: "t_idx" };
const BY_A = { columns: ["a"] };
const BY_LOWER = { columns: [{ expression: "lower(c)" }] };
const QUERY_A = "SELECT b FROM app.t WHERE a = 4711";
const QUERY_C = "SELECT b FROM app.t WHERE lower(c) = 'c4711'";

interface Change {
  readonly title: string;
  readonly from: Args;
  readonly to: Args;
  readonly query?: string;
  /** The name changes as well: the index is always there under one of both. */
  readonly names?: readonly string[];
  /** The index stays the one it is. */
  readonly isAltered?: boolean;
  readonly before?: string;
  readonly since?: number;
}

const CHANGES: readonly Change[] = [
  { title: "another definition", from: BY_A, to: { columns: ["a", "b"] } },
  { title: "unique", from: BY_A, to: { ...BY_A, unique: true } },
  { title: "another access method", from: BY_A, to: { ...BY_A, accessMethod: "hash" } },
  {
    title: "another expression",
    from: BY_LOWER,
    to: { columns: [...BY_LOWER.columns, "a"] },
    query: QUERY_C,
  },
  {
    title: "a name",
    from: BY_A,
    to: { ...BY_A, name: "t_by_a" },
    names: ["t_idx", "t_by_a"],
    isAltered: true,
  },
  {
    title: "a name and another definition",
    from: BY_A,
    to: { columns: ["a", "c"], name: "t_by_ac" },
    names: ["t_idx", "t_by_ac"],
  },
  {
    title: "a storage parameter",
    from: BY_A,
    to: { ...BY_A, storageParameters: { fillfactor: 70 } },
    isAltered: true,
  },
  { title: "a comment", from: BY_A, to: { ...BY_A, comment: "by a" }, isAltered: true },
  {
    title: "a statistics target",
    from: BY_LOWER,
    to: { columns: [{ expression: "lower(c)", statistics: 500 }] },
    query: QUERY_C,
    isAltered: true,
  },
  { title: "a declared rebuild", from: BY_A, to: { ...BY_A, rebuildWhen: { trigger: "2" } } },
  {
    title: "another definition of the replica identity",
    from: { ...BY_A, unique: true },
    to: { columns: ["a", "id"], unique: true },
    before: "ALTER TABLE app.t ALTER id SET NOT NULL, REPLICA IDENTITY USING INDEX t_idx",
  },
  {
    title: "another definition of what CLUSTER orders by",
    from: BY_A,
    to: { columns: ["a", "b"] },
    before: "ALTER TABLE app.t CLUSTER ON t_idx",
  },
];

/** Names that an index may have in a plan while it is changed. */
const FAMILY = /^(t_idx|t_by_ac?)(_pgindex_(new|old)|_cc(new|old))?$/;

async function proveGapless(change: Change): Promise<void> {
  const { from, to, query = QUERY_A, names = ["t_idx"], isAltered, before } = change;
  const { db } = place;
  const stack = new Stack(db, BASE);
  const { live: first } = await stack.up(from);
  if (before) await db.query(before);
  const write =
    "INSERT INTO app.t (a, b, c) SELECT 1000000 + n, 1, 'w' || n FROM " +
    "nextval('app.t_id_seq') n";
  const watch = { schema: "app", names, query, write };
  const seen = await watched(db, watch, () => stack.up(to));
  expect(seen).toMatchObject({ gaps: 0, errors: [] });
  expect(Object.keys(seen.plans).filter((used) => !FAMILY.test(used))).toEqual([]);
  expect(seen.writes).toBeGreaterThan(0);
  const { outputs } = stack;
  console.log(
    `${change.title}: ${seen.looks} looks in ${seen.seconds.toFixed(1)} s, plans ` +
      `${JSON.stringify(seen.plans)}`,
  );
  expect(outputs?.oid === first.oid).toBe(isAltered === true);
  expect(await indexesIn(db, "app")).toEqual([`t.${outputs?.name} valid`]);
  if (!to.accessMethod)
    await db.query("SELECT public.bt_index_check($1::oid, true)", [outputs?.oid]);
  await proveRoles(before, outputs?.oid);
  await db.query("ALTER TABLE app.t REPLICA IDENTITY DEFAULT");
  await stack.destroy();
}

/** What the table says of the index, it says of its successor. */
async function proveRoles(before: string | undefined, oid: number | undefined): Promise<void> {
  const [roles] = await place.db.query(
    "SELECT indisreplident AS replica, indisclustered AS clustered FROM pg_index WHERE " +
      "indexrelid = $1",
    [oid],
  );
  const isReplica = before?.includes("REPLICA") ?? false;
  const isClustered = before?.includes("CLUSTER") ?? false;
  expect(roles).toEqual({ replica: isReplica, clustered: isClustered });
}

describe(`an index that changes in place is always used, ${inject("server").version}`, () => {
  test.for(CHANGES)("$title", async (change, { skip }) => {
    skip(!serverHas(change.since ?? 0), "the server is too old");
    await proveGapless(change);
  });

  test("a tablespace", async () => {
    const to = { ...BY_A, tablespace: tablespace() };
    await proveGapless({ title: "a tablespace", from: BY_A, to });
    await proveGapless({ title: "and back", from: to, to: { ...BY_A, tablespace: "pg_default" } });
  });

  test("and the watcher would see a gap: of a name given away in two transactions", async () => {
    const { db } = place;
    await db.query("DROP INDEX IF EXISTS app.t_idx; CREATE INDEX t_idx ON app.t (a)");
    const watch = { schema: "app", names: ["t_idx"], query: QUERY_A, write: "SELECT 1" };
    const rename = async () => {
      for (let i = 0; i < 50; i += 1) {
        await db.query("ALTER INDEX app.t_idx RENAME TO t_by_a");
        await db.query("ALTER INDEX app.t_by_a RENAME TO t_idx");
      }
    };
    let gaps = 0;
    // A loaded machine can let the watcher look only between two renames.
    for (let i = 0; i < 20 && gaps === 0; i += 1) ({ gaps } = await watched(db, watch, rename));
    expect(gaps).toBeGreaterThan(0);
    await db.query("DROP INDEX app.t_idx");
  });
});
