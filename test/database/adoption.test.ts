// An index that the look of an up has seen to stand as declared is adopted in one short transaction;
// whatever has changed since, the whole way of a build sees.
import { describe, expect, test } from "vitest";
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
const T: Args = { table: "t", name: "t_idx", columns: ["a"] };
const MINE = "urn:pulumi:prod::app::pulumi-nodejs:pgindex:Index::mine";
const THEIRS = "urn:pulumi:staging::app::pulumi-nodejs:pgindex:Index::theirs";

/** The look of an `up`, and then its create. */
async function adopting(args: Args = {}, { marks = true, urn = MINE } = {}) {
  const database = targetOf(db.url);
  const desired = await declare({ ...T, ...args });
  const claim = { owner: ownerOf(urn), marks };
  const { adoptable, foreseen } = await lookAhead(database, desired, { claim, isShown: false });
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

/** Another stack adopts it. */
async function taken(): Promise<void> {
  await (await adopting({}, { urn: THEIRS })).create();
}

async function stands(sql = "CREATE INDEX t_idx ON t (a)"): Promise<void> {
  await db.query("DROP INDEX IF EXISTS t_idx");
  await run(sql);
}

async function run(sql: string): Promise<void> {
  for (const statement of sql.split("; ")) await db.query(statement);
}

async function ownSessions(): Promise<number[]> {
  const rows = await db.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'pgindex %'",
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
