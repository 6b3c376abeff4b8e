// What excuses a command of npm run chaos that failed, and that nothing else does.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Disturbances } from "../../../chaos/judge/disturbances.ts";
import { isExplained, refusedNames } from "../../../chaos/judge/explainedFailure.ts";
import { RunRecord } from "../../../chaos/judge/runRecord.ts";
import { waitedTooLong } from "../../../chaos/judge/waitSampler.ts";
import { astrayProblems } from "../../../chaos/stacks/otherDatabase.ts";
import { isRefused, WANTED } from "../../../chaos/stacks/rivalNames.ts";

const from = Date.now();
beforeAll(() => {
  vi.useFakeTimers({ now: from, toFake: ["Date"] });
});
afterAll(() => {
  vi.useRealTimers();
});

const REFUSED = "error: refused: index app.a_idx on app.a exists with another definition";
const KEPT = "error: refused to drop index app.a_idx";
const DETACHED =
  "error: app.events_spare was detached from app.events meanwhile; its index app.x was dropped";
/** As Pulumi's diagnostics have it. */
const ATTACHING = `
    error: the build of index app.a_idx on app.events failed: cannot attach index "x"
      why: SQLSTATE 55000; app.events_spare was detached from app.events meanwhile; nothing was left
      fix: fix the cause that the server reports, then run pulumi up`;
const GENERAL = "    error: update failed";
const ended = { code: 1, text: "", from, to: from + 100, interference: [] };

describe("a failure is explained", () => {
  const disturbed = { disturbed: ["a_idx"], detaching: false };

  test.each([
    ["by a refusal of the name", `${REFUSED}\n${GENERAL}`, disturbed],
    ["by a refused drop of it", KEPT, disturbed],
    ["by a partition that is gone", DETACHED, { disturbed: [], detaching: true }],
    ["by its reason", ATTACHING, { disturbed: [], detaching: true }],
  ])("%s", (_by, text, circumstances) => {
    expect(isExplained(text, circumstances)).toBe(true);
  });

  test.each([
    ["without an error", "Resources: 3 unchanged", disturbed],
    ["by the general words alone", GENERAL, disturbed],
    ["by a refusal of another name", REFUSED.replaceAll("a_idx", "b_idx"), disturbed],
    ["by a longer name", REFUSED.replaceAll("a_idx", "a_idx_pgindex_new"), disturbed],
    ["where another error stands beside it", `${REFUSED}\nerror: disk full`, disturbed],
    ["by a partition that nobody detaches", DETACHED, disturbed],
    ["by a reason that nobody made", ATTACHING, disturbed],
  ])("not %s", (_by, text, circumstances) => {
    expect(isExplained(text, circumstances)).toBe(false);
  });
});

test("the names of refusals", () => {
  expect(refusedNames(`  ${REFUSED}\n${KEPT.replace("a_idx", "b_idx")}\nerror: x`)).toEqual([
    "a_idx",
    "b_idx",
  ]);
});

test("a name is disturbed from the beginning to a moment after the end", () => {
  const disturbances = new Disturbances();
  const disturbance = disturbances.begin("a_idx");
  expect(disturbances.begin("a_idx")).toBeUndefined();
  expect(disturbances.within(from + 9_000, from + 9_000)).toEqual(["a_idx"]);
  expect(disturbances.within(from - 2, from - 1)).toEqual([]);
  if (disturbance) disturbance.to = from + 10;
  expect(disturbances.within(from + 500, from + 600)).toEqual(["a_idx"]);
  expect(disturbances.within(from + 5_000, from + 6_000)).toEqual([]);
  expect(disturbances.begin("a_idx")).toBeDefined();
});

describe("a command that failed beside another tool", () => {
  test("may have been refused for a name that the tool has, and for no other", () => {
    const record = new RunRecord();
    record.ended({ ...ended, text: REFUSED }, "left");
    expect(record.broken).toHaveLength(1);
    record.disturbances.begin("a_idx");
    record.ended({ ...ended, text: REFUSED }, "left");
    expect(record.broken).toHaveLength(1);
    expect([...record.rightly]).toEqual([["refused", 1]]);
    record.ended({ ...ended, text: REFUSED.replaceAll("a_idx", "b_idx") }, "left");
    expect(record.broken).toHaveLength(2);
  });

  test("may have lost a partition", async () => {
    const record = new RunRecord();
    record.ended({ ...ended, text: DETACHED }, "left");
    await record.during("DETACH PARTITION, other tool", async () => true);
    record.ended({ ...ended, text: DETACHED }, "left");
    expect(record.broken).toHaveLength(1);
  });
});

describe("another tool's index under our name", () => {
  test("may go only when a command has named it", () => {
    const record = new RunRecord();
    record.taken("gone", "swap of names, other tool", "a_idx", 16412);
    record.taken("gone", "swap of names, other tool", "b_idx", 16413);
    record.taken("stood", "swap of names, other tool", "c_idx", 16414);
    const text = 'DROP INDEX CONCURRENTLY "app"."a_idx_pgindex_old_pgindex_drop_16412"';
    record.ended({ ...ended, code: 0, text }, "left");
    expect(record.droppedInSilence()).toEqual([
      "another tool's index b_idx (16413) was dropped without a word",
    ]);
  });

  test("is adopted only if it is as declared", () => {
    const record = new RunRecord();
    record.taken("adopted", "rebuild, other tool", "a_idx", 1);
    expect(record.broken).toEqual([]);
    record.taken("adopted", "redefinition, other tool", "a_idx", 1);
    expect(record.broken).toEqual([expect.stringContaining("was marked as ours")]);
  });
});

test("the rival is refused an index with its owner's name", () => {
  const refusal = (owner: string) =>
    "error: pulumi-nodejs:pgindex:Index resource 'x' has a problem: refused: " +
    `index app.customers_plain_idx on app.customers belongs to another stack: ${owner}, x-1`;
  const [first, second] = WANTED;
  if (!first || !second) throw new Error("the rival wants two indexes");
  expect(isRefused(first, refusal("chaos/left"))).toBe(true);
  expect(isRefused(first, refusal("chaos/right"))).toBe(false);
  expect(isRefused(second, refusal("chaos/right"))).toBe(false);
  const unnamed = "error: refused: index app.customers_plain_idx on app.customers exists with";
  expect(isRefused(first, unnamed)).toBe(false);
});

describe("a command in another database", () => {
  const destroyed =
    "error: refused to drop index app.a_idx in the database chaos_other@7/5: the state was " +
    "recorded on chaos@7/4";
  const previewed =
    "warning: the state was recorded on the database chaos@7/4, and this is chaos_other@7/5";

  test.each([
    ["destroy", { ...ended, text: destroyed }],
    ["preview", { ...ended, code: 0, text: previewed }],
  ] as const)("is told so: %s", (command, result) => {
    expect(astrayProblems(command, result)).toEqual([]);
  });

  test.each([
    ["destroy", { ...ended, code: 0, text: destroyed }],
    ["destroy", { ...ended, text: "error: cannot connect" }],
    ["preview", { ...ended, code: 0, text: "Resources: 15 unchanged" }],
    ["preview", { ...ended, code: 0, text: "database chaos_other@7/5, PostgreSQL 18" }],
    ["preview", { ...ended, text: previewed.replace("chaos_other", "chaos") }],
  ] as const)("is a broken promise otherwise: %s", (command, result) => {
    expect(astrayProblems(command, result)).toHaveLength(1);
  });
});

test("a writer may wait behind us for a hundredth of the run, and behind others as long as it takes", () => {
  const others = new Map([["chaos application orders INSERT", 50_000]]);
  const ours = (ms: number) => new Map([["chaos application orders INSERT", ms]]);
  expect(waitedTooLong({ ours: ours(1_000), others }, 100_000)).toEqual([]);
  expect(waitedTooLong({ ours: ours(1_500), others }, 100_000)).toEqual([
    "chaos application orders INSERT has waited behind us for 1500 ms in all, 1.5 % of the run",
  ]);
});
