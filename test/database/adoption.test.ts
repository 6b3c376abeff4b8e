// An index that the look of an up has seen to stand as declared is adopted in one short transaction;
// whatever has changed since, the whole way of a build sees.
import { beforeEach, describe, expect, test } from "vitest";
import type { Adoptable } from "../../providers/pgindex/src/engine/build/adoption/adoptable.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import { ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { newOwnerId } from "../../providers/pgindex/src/provider/indexes/claim.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { hold, oidOf, until } from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const database = targetOf(db.url);
const T: Args = { table: "t", name: "t_idx", columns: ["a"] };
const MINE = "urn:pulumi:prod::app::pulumi-nodejs:pgindex:Index::mine";
const THEIRS = "urn:pulumi:staging::app::pulumi-nodejs:pgindex:Index::theirs";

// A session that is kept for other work gives its table's key back a moment after its last work.
beforeEach(() =>
  until("no table's key is held", async () => {
    const [row] = await db.query<{ free: boolean }>(
      `SELECT NOT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND d.datname = current_database()) AS free`,
    );
    return row?.free;
  }),
);

/** The look of an `up`, and then its create. */
async function adopting(args: Args = {}, { marks = true, urn = MINE } = {}) {
  const desired = await declare({ ...T, ...args });
  const claim = { owner: ownerOf(urn), marks };
  const asking = { claim, isShown: false, mayBeShared: true };
  const { adoptable, foreseen } = await lookAhead(database, desired, asking);
  const { ctx, lines, statuses, cancel } = record();
  const named = { owner: ownerOf(urn, newOwnerId()), marks };
  const request = { database, desired, claim: named, foreseen, ctx };
  const create = (seen?: Adoptable) => ensureIndex({ ...request, adoptable: seen });
  return {
    adoptable,
    lines,
    statuses,
    cancel,
    create,
    outputs: async (seen?: Adoptable) => toIndexOutputs(await create(seen), desired, []),
  };
}

async function commentOf(index: string): Promise<string> {
  const [row] = await db.query<{ comment: string | null }>(
    "SELECT obj_description($1::regclass, 'pg_class') AS comment",
    [index],
  );
  return row?.comment ?? "";
}

const WITH_ALL =
  "CREATE UNIQUE INDEX t_idx ON t (a DESC, lower(b::text)) INCLUDE (b) WITH (fillfactor = 80) WHERE a > 3; " +
  "COMMENT ON INDEX t_idx IS 'theirs'";
const DECLARES_ALL: Args = {
  unique: true,
  columns: [{ column: "a", order: "desc" }, { expression: "lower(b::text)" }],
  include: ["b"],
  predicate: "a > 3",
  storageParameters: { fillfactor: 80 },
};

const PARTITIONED: Args = { table: "p", name: "p_idx", columns: ["a"] };
const WITH_PARTS =
  "DROP TABLE IF EXISTS p; CREATE TABLE p (a int, b text) PARTITION BY RANGE (a); " +
  "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10) PARTITION BY LIST (a); " +
  "CREATE TABLE p11 PARTITION OF p1 DEFAULT; CREATE TABLE p2 PARTITION OF p DEFAULT; " +
  "CREATE INDEX p_idx ON p (a)";

/** Another stack adopts it. */
async function taken(args: Args = {}): Promise<void> {
  await (await adopting(args, { urn: THEIRS })).create();
}

async function stands(sql = "CREATE INDEX t_idx ON t (a)"): Promise<void> {
  await db.query("DROP INDEX IF EXISTS t_idx");
  await run(sql);
}

async function run(sql: string): Promise<void> {
  for (const statement of sql.split("; ")) await db.query(statement);
}

/** How many transactions have written the comments of the indexes of `t`. */
async function markingTransactions(): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT count(DISTINCT d.xmin::text)::int AS count
       FROM pg_description d JOIN pg_index i ON i.indexrelid = d.objoid
      WHERE i.indrelid = 't'::regclass`,
  );
  return row?.count ?? 0;
}

async function ownSessions(): Promise<number[]> {
  const rows = await db.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity
      WHERE application_name LIKE 'pgindex %' AND datname = current_database()`,
  );
  return rows.map(({ pid }) => pid);
}

/** What two adoptions of the same index cannot have in common. */
function alike(outputs: IndexOutputs): object {
  const { oid: _, markedOid: __, ownerId: ___, validSince: ____, ...rest } = outputs;
  return rest;
}

const withoutId = (line: string) => line.replace(/ id=[0-9a-f]+ /, " ");

describe("an index as declared", () => {
  test.each<[string, string | undefined, Args]>([
    ["plain", undefined, {}],
    ["with all that an index can have", WITH_ALL, DECLARES_ALL],
  ])("is adopted as the whole way adopts it: %s", async (_, sql, args) => {
    await stands(sql);
    const short = await adopting(args);
    expect(short.adoptable).toMatchObject({ lacksMark: true });
    const outputs = await short.outputs(short.adoptable);
    expect(await commentOf("t_idx")).toMatch(/\[pgindex 1 adopted .* id=[0-9a-f]{12} /);
    expect(outputs.markedOid).toBe(await oidOf(db, "t_idx"));
    await stands(sql);
    const long = await adopting(args);
    expect(alike(outputs)).toEqual(alike(await long.outputs(undefined)));
    expect(short.lines.map(withoutId)).toEqual(long.lines.map(withoutId));
  });

  test("is adopted as the whole way adopts it: with its parts on partitions", async () => {
    await run(WITH_PARTS);
    const short = await adopting(PARTITIONED);
    expect(short.adoptable).toMatchObject({ lacksMark: true });
    const outputs = await short.outputs(short.adoptable);
    const marked = await commentOf("p_idx");
    for (const part of ["p1_a_idx", "p11_a_idx", "p2_a_idx"])
      expect(await commentOf(part)).toBe("");
    await run(WITH_PARTS);
    const long = await adopting(PARTITIONED);
    expect(alike(outputs)).toEqual(alike(await long.outputs(undefined)));
    expect(short.lines.map(withoutId)).toEqual(long.lines.map(withoutId));
    expect(withoutId(marked)).toBe(withoutId(await commentOf("p_idx")));
  });

  test("needs no session but the one that looks", async () => {
    await stands();
    const { create, adoptable } = await adopting();
    const before = await ownSessions();
    await create(adoptable);
    for (const pid of await ownSessions()) expect(before).toContain(pid);
  });

  test("is read again, and nothing is written, without marks", async () => {
    await stands();
    const { create, adoptable } = await adopting({}, { marks: false });
    expect(adoptable).toMatchObject({ lacksMark: false });
    expect(await create(adoptable)).toMatchObject({ adopted: true });
    expect(await commentOf("t_idx")).toBe("");
  });
});

describe("not so", () => {
  test.each<[string, string, Args]>([
    ["what is not there", "SELECT 1", {}],
    ["what needs more than its mark", "CREATE INDEX t_idx ON t (a)", { comment: "ours" }],
  ])("%s", async (_, sql, args) => {
    await stands(sql);
    expect(await adopting(args)).toMatchObject({ adoptable: undefined });
  });

  test("what has a mark, be it our own", async () => {
    await stands();
    await (await adopting()).create();
    expect(await adopting()).toMatchObject({ adoptable: undefined });
  });
});

describe("a partitioned one is not so", () => {
  test.each<[string, string]>([
    ["that awaits a partition's", "DROP INDEX p_idx; CREATE INDEX p_idx ON ONLY p (a)"],
    [
      "with what an interrupted REINDEX left on a partition",
      "CREATE INDEX p2_a_idx_ccnew ON p2 (a); UPDATE pg_index SET indisvalid = false " +
        "WHERE indexrelid = 'p2_a_idx_ccnew'::regclass",
    ],
  ])("%s", async (_, sql) => {
    await run(`${WITH_PARTS}; ${sql}`);
    expect(await adopting(PARTITIONED)).toMatchObject({ adoptable: undefined });
  });

  test.each<[string, string, string | undefined]>([
    ["another partition", "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (10) TO (20)", undefined],
    ["a type", "ALTER TABLE p ALTER b TYPE varchar", undefined],
    ["another definition", "DROP INDEX p_idx; CREATE INDEX p_idx ON p (b)", "another definition"],
    ["none of it", "DROP INDEX p_idx", "has changed since it was looked at"],
  ])("that has %s since the look: the whole way sees it", async (_, change, reason) => {
    await run(WITH_PARTS);
    const { create, adoptable } = await adopting(PARTITIONED);
    await run(change);
    if (reason === undefined) expect(await create(adoptable)).toMatchObject({ adopted: true });
    else expect((await failureOf(create(adoptable))).message).toContain(reason);
  });
});

describe("several at a time", () => {
  const COLUMNS = ["a", "b"];
  const names = Array.from({ length: 12 }, (_, i) => `many_${i}`);
  /** On `t`, but for one of them. */
  const standing = async (other = -1) => {
    await run("DROP TABLE IF EXISTS u; CREATE TABLE u (a int, b text)");
    const all = names.map((name, i) => ({
      name,
      table: i === other ? "u" : "t",
      columns: [COLUMNS[i % 2] ?? ""],
    }));
    for (const { name, table, columns } of all)
      await db.query(`CREATE INDEX ${name} ON ${table} (${columns})`);
    return Promise.all(all.map((args) => adopting(args)));
  };

  test("are adopted in few transactions, each with its own mark", async () => {
    const all = await standing();
    const adopted = await Promise.all(all.map(({ create, adoptable }) => create(adoptable)));
    expect(adopted.map(({ live, adopted }) => [live.name, adopted])).toEqual(
      names.map((name) => [name, true]),
    );
    expect(await markingTransactions()).toBeLessThan(6);
    const ids = adopted.map(({ live }) => live.mark?.id);
    expect(new Set(ids).size).toBe(12);
    for (const [i, name] of names.entries())
      expect(await commentOf(name)).toContain(` id=${ids[i]} `);
  });

  test("one that has changed, one that another has marked and one that is locked hold up no others", async () => {
    // Whatever waits for a lock has its table's key meanwhile.
    const all = await standing(7);
    await db.query("ALTER INDEX many_3 SET (fillfactor = 60)");
    await taken({ name: "many_5", columns: ["b"] });
    const holder = await hold(db, "BEGIN", "COMMENT ON INDEX many_7 IS NULL");
    const done = all.map(({ create, adoptable }, i) => {
      const created = create(adoptable);
      return i === 7 ? created.finally(() => undefined) : created;
    });
    const others = done.filter((_, i) => i !== 7);
    const results = await Promise.allSettled(others);
    await holder.release();
    expect(await done[7]).toMatchObject({ adopted: true });
    const failed = results.flatMap((each) =>
      each.status === "rejected" ? String(each.reason.message).split("\n")[0] : [],
    );
    expect(failed).toEqual([
      expect.stringMatching(/many_3 .*another definition/),
      expect.stringMatching(/many_5 .*belongs to another stack: app\/staging, theirs/),
    ]);
    expect(await commentOf("many_3")).toBe("");
    expect(await commentOf("many_5")).toContain("app/staging");
    expect(await commentOf("many_6")).toContain("app/prod");
  });

  test("whose table's key another has wait for it", async () => {
    const all = await standing();
    const key = 'hashtext(\'["public","t"]\')';
    const holder = await hold(db, "BEGIN", `SELECT pg_advisory_xact_lock(1885825400, ${key})`);
    const created = Promise.all(all.map(({ create, adoptable }) => create(adoptable)));
    await until("they wait for the key", async () =>
      all.some(({ statuses }) => statuses.some((line) => line.includes("another pgindex"))),
    );
    expect(await commentOf("many_0")).toBe("");
    await holder.release();
    expect((await created).every(({ adopted }) => adopted)).toBe(true);
  });
});

describe("what has changed since the look, the whole way sees", () => {
  test.each<[string, string | (() => Promise<void>), string]>([
    ["it is gone", "DROP INDEX t_idx", "CREATE INDEX CONCURRENTLY"],
    ["another has its name", "DROP INDEX t_idx; CREATE INDEX t_idx ON t (b)", "another definition"],
    ["it has another name", "ALTER INDEX t_idx RENAME TO u_idx", "CREATE INDEX CONCURRENTLY"],
    ["its parameters", "ALTER INDEX t_idx SET (fillfactor = 50)", "storageParameters"],
    ["it is another stack's now", taken, "belongs to another stack"],
  ])("%s: refused, and nothing is written", async (_, change, reason) => {
    await stands();
    const { create, adoptable } = await adopting();
    await (typeof change === "string" ? run(change) : change());
    const comment = await commentOf("t_idx").catch(() => "");
    const { message } = await failureOf(create(adoptable));
    expect(message).toContain(reason);
    expect(await commentOf("t_idx").catch(() => "")).toBe(comment);
  });

  test("a lock is waited for", async () => {
    await stands();
    const { create, adoptable, statuses } = await adopting();
    const holder = await hold(db, "BEGIN", "COMMENT ON INDEX t_idx IS 'later'");
    const created = create(adoptable);
    await until("it says what it waits to do", async () =>
      statuses.some((status) => status.includes("waiting to alter public.t_idx")),
    );
    await holder.release();
    expect(await created).toMatchObject({ adopted: true });
    expect(await commentOf("t_idx")).toContain("[pgindex 1 adopted");
  });

  test("a look that is a minute old counts no more", async () => {
    await stands();
    const { create, adoptable } = await adopting();
    const old = adoptable && { ...adoptable, seenAt: adoptable.seenAt - 61_000 };
    await db.query("ALTER TABLE t ALTER a TYPE bigint");
    expect(await create(old)).toMatchObject({ adopted: true });
  });

  test("cancelled before it begins, it writes nothing", async () => {
    await stands();
    const { create, adoptable, cancel } = await adopting();
    cancel();
    expect((await failureOf(create(adoptable))).name).toBe("CancelledError");
    expect(await commentOf("t_idx")).toBe("");
  });
});
