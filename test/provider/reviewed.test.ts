// An up that is held to a reviewed plan: what got worse in between stops it, what got better passes.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import {
  createLookFolder,
  LOOKS_VARIABLE,
  readLooks,
} from "../../providers/pgindex/src/review/lookFolder.ts";
import type { LookRecord } from "../../providers/pgindex/src/review/lookRecord.ts";
import type { Action, Plan } from "../../providers/pgindex/src/review/plan.ts";
import { planText } from "../../providers/pgindex/src/review/planFile.ts";
import { indexNames, leaveInvalid, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { planOf } from "../support/review/plannedIndex.ts";
import { configured, type Opened, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase();
const elsewhere = useDatabase("CREATE TABLE t (a int, b int)");
const looks = createLookFolder();
const file = join(looks, "plan");
afterAll(() => rmSync(looks, { recursive: true }));

let looking: (() => Promise<Opened>) | undefined;
let changing: (() => Promise<Opened>) | undefined;

/** The process of a `pgindex plan`. */
const looker = () => {
  looking ??= oneProvider({ [LOOKS_VARIABLE]: looks }, { "pgindex:url": database().url });
  return looking();
};

/** The process of a `pulumi up` that is held to the plan. */
const changer = (config: Readonly<Record<string, string>> = {}) => {
  changing ??= oneProvider({});
  const settings = { "pgindex:url": database().url, "pgindex:reviewedPlan": file };
  return configured(changing, { ...settings, ...config });
};

const args = { table: "t", name: "t_idx", columns: ["a"], waitFor: "1s", retries: 0 };

/** What `pgindex plan` would have seen of it. */
async function look(declared: object = args, state?: Resource["state"]): Promise<LookRecord> {
  const resource = new Resource("index", looker);
  resource.state = state;
  await resource.preview(declared);
  const record = readLooks(looks).get(URN);
  if (!record) throw new Error("nothing was written down");
  return record;
}

const URN = "urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::it";

/** Keeps a plan with it, as the reviewer saw it. */
async function review(action: Action = "create", changes: Partial<Plan> = {}, of = look()) {
  const plan = planOf({ ...(await of), name: "it", action });
  writeFileSync(file, planText({ ...plan, project: "tests", ...changes }));
}

function held(state?: Resource["state"], config = {}): Resource {
  const resource = new Resource("index", changer(config));
  resource.state = state;
  return resource;
}

const names = () => indexNames(database());
const sql = (text: string) => () => database().query(text);

beforeEach(async () => {
  await database().query("DROP TABLE IF EXISTS t");
  await database().query("CREATE TABLE t (a int, b int)");
  await database().query("INSERT INTO t VALUES (1, 1), (2, 2)");
});

describe("passes", () => {
  test.each([
    ["nothing has changed", undefined],
    ["somebody has built it", sql("CREATE INDEX t_idx ON t (a)")],
    ["the table has grown", sql("INSERT INTO t SELECT n, n FROM generate_series(1, 1000) n")],
  ])("%s", async (_what, meanwhile) => {
    await review();
    await meanwhile?.();
    const resource = held();
    await resource.up(args);
    expect(await names()).toEqual(["t_idx"]);
    expect((await resource.preview(args)).change).toBe("same");
  });

  test("a hazard that the reviewer was shown, and one that is gone", async () => {
    await database().query("CREATE INDEX t_b_idx ON t (a)");
    await review();
    await held().preview(args);
    await database().query("DROP INDEX t_b_idx");
    await held().up(args);
    expect(await names()).toEqual(["t_idx"]);
  });

  test("a drop that the plan has", async () => {
    const built = held(undefined, { "pgindex:reviewedPlan": "" });
    await built.up(args);
    await review("delete");
    await held(built.state).destroy();
    expect(await names()).toEqual([]);
  });
});

describe("stops before anything is changed", () => {
  test.each([
    [
      "another definition",
      { ...args, columns: ["b"] },
      undefined,
      /its definition was .*\("a"\), and is .*\("b"\)/,
    ],
    [
      "a column of another type",
      args,
      sql("ALTER TABLE t ALTER a TYPE text"),
      /the server reads its declaration differently/,
    ],
    [
      "an INVALID index under the name",
      args,
      () => leaveInvalid(database(), "CREATE INDEX t_idx ON t (a)"),
      /a step that the plan does not have: .*DROP INDEX/,
    ],
    [
      "an index that does the same",
      args,
      sql("CREATE INDEX t_a_idx ON t (a)"),
      /new since: .* \[same-index\]/,
    ],
  ])("%s", async (_what, declared, meanwhile, message) => {
    await review();
    await meanwhile?.();
    const before = await names();
    const refusal = await refusalOf(held().up(declared));
    expect(refusal).toMatch(/^stopped: index public\.t_idx is not as it was reviewed\n/);
    expect(refusal).toMatch(message);
    expect(await refusalOf(held().preview(declared))).toMatch(message);
    expect(await names()).toEqual(before);
  });

  test("rows that a unique index would reject", async () => {
    const unique = { ...args, unique: true };
    await review("create", {}, look(unique));
    await database().query("INSERT INTO t VALUES (1, 3)");
    expect(await refusalOf(held().up(unique))).toMatch(/more than one row|duplicate/);
    expect(await names()).toEqual([]);
  });

  test("another database", async () => {
    await review();
    const other = held(undefined, { "pgindex:url": elsewhere().url });
    expect(await refusalOf(other.up(args))).toMatch(
      /the plan is of the database \w+@\d+.* and this/,
    );
    expect(await indexNames(elsewhere())).toEqual([]);
  });

  test("an open transaction that is new", async () => {
    await review();
    const writer = await database().connect();
    try {
      await writer.query("BEGIN; INSERT INTO t VALUES (3, 3)");
      expect(await refusalOf(held().up(args))).toMatch(/new since: .* \[old-transaction\]/);
    } finally {
      await writer.end();
    }
    expect(await names()).toEqual([]);
  });

  test("a resource that the plan does not have, an index or not", async () => {
    await review("create", { indexes: [] });
    expect(await refusalOf(held().up(args))).toMatch(/the plan does not have this resource/);
    const backup = new Resource("backup", changer());
    const refusal = await refusalOf(
      backup.up({ directory: looks, command: ["true"], indexes: [args] }),
    );
    expect(refusal).toMatch(/the plan does not have this resource/);
  });

  test("an index that was gone only after the plan, and nothing of it was to be done", async () => {
    const built = held(undefined, { "pgindex:reviewedPlan": "" });
    await built.up(args);
    await review("same", {}, look(args, built.state));
    await database().query("DROP INDEX t_idx");
    expect(await refusalOf(held(built.state).up(args))).toMatch(
      /a step that the plan does not have/,
    );
    expect(await names()).toEqual([]);
  });

  test.each([
    ["that the plan does not have", "same", undefined, /the plan does not delete it \(same\)/],
    [
      "of an index that is used by now",
      "delete",
      sql("SET enable_seqscan = off; SELECT FROM t WHERE a = 1; SELECT pg_stat_force_next_flush()"),
      /new since: .*\[drops-used-index\]/,
    ],
  ] as const)("a drop %s", async (_what, action, meanwhile, message) => {
    const built = held(undefined, { "pgindex:reviewedPlan": "" });
    await built.up(args);
    await review(action);
    await meanwhile?.();
    expect(await refusalOf(held(built.state).destroy())).toMatch(message);
    expect(await names()).toEqual(["t_idx"]);
  });
});

test("onPlanChange: warn says it, and goes on", async () => {
  await review();
  await database().query("CREATE INDEX t_a_idx ON t (a)");
  const { lines } = await held(undefined, { "pgindex:onPlanChange": "warn" }).up(args);
  expect(lines).toContainEqual(
    expect.objectContaining({
      severity: "warning",
      message: expect.stringMatching(/^index public\.t_idx is not as it was reviewed: new since/),
    }),
  );
  expect(await names()).toEqual(["t_a_idx", "t_idx"]);
});

test("no plan yet: a preview says so, an up is refused", async () => {
  rmSync(file, { force: true });
  const { lines } = await held().preview(args);
  expect(lines.map(({ message }) => message).join("\n")).toContain("cannot read the plan");
  expect(await refusalOf(held().up(args))).toContain("cannot read the plan");
  expect(await names()).toEqual([]);
});

test.each([
  ["of another stack", { stack: "production" }, /is of tests\/production, and this is tests\/dev/],
  ["of another project", { project: "shop" }, /is of shop\/dev, and this is tests\/dev/],
  ["of another release", { pgindex: "9.9.9" }, /was made by pgindex 9\.9\.9/],
])("a plan %s: one clear error", async (_what, changes, message) => {
  await review("create", changes);
  expect(await refusalOf(held().up(args))).toMatch(message);
  expect(await names()).toEqual([]);
});

test("a plan that was edited, and a setting that cannot be read", async () => {
  await review();
  const edited = planText(planOf()).replace('"project": "shop"', '"project": "tests"');
  writeFileSync(file, edited);
  expect(await refusalOf(held().up(args))).toMatch(/was changed after pgindex wrote it/);
  const unread = held(undefined, { "pgindex:onPlanChange": "no" });
  expect(await refusalOf(unread.up(args))).toMatch(/pgindex:onPlanChange "no" is neither/);
});

test("a secret argument is in no look", async () => {
  const secret = { ...args, predicate: "b = 471100815", __secret: ["predicate"] };
  const record = await look(secret);
  expect(JSON.stringify(record)).not.toContain("471100815");
  expect(record.statement).toContain("[secret]");
  await review("create", {}, Promise.resolve(record));
  await held().up(secret);
  expect(await names()).toEqual(["t_idx"]);
});
