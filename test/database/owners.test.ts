// Two resources and one table: whose an index is, by its mark, its name and its OID.
import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import type { Hooks } from "../../providers/pgindex/src/engine/build/execute.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { joinComment, ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { databaseHash } from "../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { newOwnerId } from "../../providers/pgindex/src/provider/indexes/claim.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { BUILDS_NOTHING, oidOf, stateOf, stepsOf } from "../support/engine/engineDatabase.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const target = targetOf(db.url);
const INDEX = { table: "t", name: "t_idx", columns: ["a"] };

/** One resource of one stack. */
function resource(name: string, stack = "prod") {
  const urn = `urn:pulumi:${stack}::app::pulumi-nodejs:pgindex:Index::${name}`;
  const owner = ownerOf(urn, newOwnerId());
  const up = async (
    args: Args = {},
    previous?: Partial<IndexOutputs>,
    takeOverFrom?: string,
    hooks: Hooks = {},
  ) => {
    const desired = await declare({ ...INDEX, ...args });
    const claim = { owner, marks: true, takeOverFrom };
    const { ctx } = record();
    const ensured = await ensureIndex({
      database: target,
      desired,
      previous: previous as IndexOutputs | undefined,
      claim,
      ctx,
      hooks,
    });
    return toIndexOutputs(ensured, desired, []);
  };
  return { urn, owner, up };
}

async function destroy(outputs: IndexOutputs): Promise<string> {
  const { ctx, lines } = record();
  await dropIndex(target, outputs, ctx);
  return lines.join("\n");
}

const commentOf = async (index: string) => {
  const rows = await db.query<{ comment: string | null }>(
    "SELECT obj_description($1::regclass, 'pg_class') AS comment",
    [index],
  );
  return rows[0]?.comment ?? "";
};

const mine = resource("mine");
const theirs = resource("theirs", "staging");
const sibling = resource("sibling");

describe("another resource that has taken the index over keeps it", () => {
  test.each([
    ["of another stack, that was allowed to", theirs, "app/prod", "app/staging, theirs"],
    ["of the same stack", sibling, undefined, "app/prod, sibling"],
  ])("%s", async (_, other, takeOverFrom, label) => {
    const outputs = await mine.up();
    await other.up({}, undefined, takeOverFrom);
    const drift = `it now belongs to ${label}`;
    expect(await refreshIndex(target, outputs)).toMatchObject({ drift });
    expect((await failureOf(mine.up({}, outputs))).message).toContain(`belongs to`);
    expect(await destroy(outputs)).toMatch(
      new RegExp(`^warning: kept index public\\.t_idx \\(.*\\): it is now declared as ${label}$`),
    );
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(await commentOf("t_idx")).toContain(label);
  });

  test("and one that was not allowed to is refused", async () => {
    await mine.up();
    expect((await failureOf(theirs.up())).message).toMatch(
      /refused: index public\.t_idx on public\.t belongs to another stack: app\/prod, mine/,
    );
  });
});

test.each([
  ["its comment", { comment: "by a" }, "by a"],
  ["no comment", {}, ""],
])("an index that is kept loses our mark, and keeps %s", async (_, args, comment) => {
  const outputs = await mine.up({ ...args, dropOnDestroy: false });
  expect(await commentOf("t_idx")).toContain("app/prod, mine");
  expect(await destroy(outputs)).toMatch(/kept index .*: dropOnDestroy is false; by hand: DROP/);
  expect(await commentOf("t_idx")).toBe(comment);
});

test("the preview of an update knows the ID of its mark by the index, and has nothing to do", async () => {
  const outputs = await mine.up();
  const claim = { owner: ownerOf(mine.urn), marks: true };
  const desired = await declare(INDEX);
  const lines = await previewIndex(target, desired, { previous: outputs, claim });
  expect(stepsOf(lines, "public.t")).toEqual([BUILDS_NOTHING]);
});

test("what another resource has made in the same run is refused, by its name", async () => {
  const { database } = await mine.up();
  await db.query("DROP INDEX t_idx");
  if (!database) throw new Error("the database is not recorded");
  const mark = { ...sibling.owner, database: databaseHash(database), origin: "built" } as const;
  const comment = joinComment({ comment: null, mark });
  const beforeBuild = async () => {
    await db.query("CREATE INDEX t_idx ON t (a)");
    await db.query(`COMMENT ON INDEX t_idx IS '${comment}'`);
  };
  const { message } = await failureOf(mine.up({}, undefined, undefined, { beforeBuild }));
  expect(message).toMatch(/belongs to another resource of this stack: app\/prod, sibling/);
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
});

describe("the mark of an index that an older release had without one", () => {
  test.each([
    ["which it built", { adopted: false }, " built "],
    ["which it adopted", { adopted: true }, " adopted "],
  ])("%s", async (_, old, origin) => {
    const desired = await declare(INDEX);
    const ensured = await ensureIndex({ database: target, desired, ctx: record().ctx });
    const { origin: _origin, ...outputs } = toIndexOutputs(ensured, desired, []);
    await mine.up({}, { ...outputs, ...old });
    expect(await commentOf("t_idx")).toContain(origin);
    expect(await oidOf(db, "t_idx")).toBe(outputs.oid);
  });
});

describe("what is not ours is not renamed, and ours is built anew", () => {
  test("beside somebody's new one, which has no mark", async () => {
    const outputs = await mine.up();
    await db.query("DROP INDEX t_idx; CREATE INDEX t_idx ON t (a)");
    const oid = await oidOf(db, "t_idx");
    await mine.up({ name: "u_idx" }, outputs);
    expect(await oidOf(db, "t_idx")).toBe(oid);
    expect(await stateOf(db, "u_idx")).toBe("t/t/t");
  });

  test("beside what another resource has adopted under another name", async () => {
    const outputs = await mine.up();
    await db.query("ALTER INDEX t_idx RENAME TO u_idx");
    await sibling.up({ name: "u_idx" });
    await mine.up({}, outputs);
    expect(await oidOf(db, "u_idx")).toBe(outputs.oid);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("what an interrupted drop has renamed is dropped, and built anew", async () => {
    const outputs = await mine.up();
    const name = `t_idx_pgindex_drop_${outputs.oid}`;
    await db.query(`ALTER INDEX t_idx RENAME TO ${name}`);
    await db.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = ${outputs.oid}`);
    expect(await refreshIndex(target, outputs)).toMatchObject({
      drift: expect.stringMatching(/^INVALID: queries have lost the index/),
    });
    const again = await mine.up({}, outputs);
    expect(again.oid).not.toBe(outputs.oid);
    expect(await stateOf(db, name)).toBeUndefined();
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });
});
