// What becomes of an index: changed, moved, renamed, and meddled with behind Pulumi's back. Each
// has an index of its own in one program; test/provider has every kind, call by call.
import { Index, type IndexArgs } from "pulumi-pgindex";
import { beforeAll, expect, test } from "vitest";
import { createStack, type TestStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { indexesOf, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { errorsOf, failureOf, linesOf, type Run } from "../support/pulumi/pulumiRun.ts";

const backend = createBackend();
const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "INSERT INTO t SELECT i, 'b' || i FROM generate_series(1, 10000) i",
  "CREATE TABLE other (a int, b text)",
);

const on = (name: string, more: Partial<IndexArgs> = {}): IndexArgs => ({
  table: "t",
  name: `${name}_idx`,
  columns: ["a"],
  ...more,
});
const BEFORE = {
  changed: on("changed"),
  dropped: on("dropped"),
  first: on("named"),
  moved: on("moved"),
  redefined: on("redefined"),
};
const { first, ...others } = BEFORE;
const AFTER = {
  ...others,
  changed: on("changed", { columns: ["b", "a"] }),
  moved: on("moved_away", { table: "other" }),
  second: first,
};

let stack: TestStack;
let program: Readonly<Record<string, IndexArgs>> = BEFORE;
beforeAll(async () => {
  stack = await createStack(
    async () => {
      for (const [name, args] of Object.entries(program)) new Index(name, args);
    },
    { backend, env: { DATABASE_URL: database().url } },
  );
  await stack.up();
});

test("the state says where in the program each index is", () => {
  expect(stack.state()).toMatch(/"sourcePosition":"[^"]*changes\.test\.ts#\d+,\d+"/);
});

const find = async (name: string) =>
  (await indexesOf(database())).find((index) => index.name === name);
const definitions = async () => (await indexesOf(database())).map(({ definition }) => definition);
const whatIsDifferent = /^redefined outside: columns: declared a .*, found b /;

test("refresh removes an index that was dropped by hand from the state, and shows what one is that was redefined", async () => {
  await database().query("DROP INDEX dropped_idx, redefined_idx");
  await database().query("CREATE INDEX redefined_idx ON t (b)");
  const refreshed = await stack.refresh();
  expect(refreshed.changes).toEqual({ delete: 1, same: 4, update: 1 });
  expect(refreshed.text).toMatch(/index public\.dropped_idx was dropped outside Pulumi/);
  expect(() => stack.resource("dropped")).toThrow();
  expect(stack.resource("redefined").outputs?.drift).toMatch(whatIsDifferent);
});

test("destroy refuses an index that was redefined outside, and explains once", async () => {
  const before = await indexesOf(database());
  const failed = await failureOf(stack.destroyOnly("redefined"));
  const errors = errorsOf(failed, "redefined");
  expect(errors).toMatch(/refused to drop index public\.redefined_idx/);
  const explained = failed.events.filter(({ diagnosticEvent }) =>
    diagnosticEvent?.message.includes("not the one this stack built"),
  );
  expect(explained).toHaveLength(1);
  expect(await indexesOf(database())).toEqual(before);
});

// Of "second": the first entry of the state is deleted.
const CHANGES = { same: 1, create: 2, update: 2, replace: 1, delete: 1 };

test("preview plans a change and a repair as updates in place, another table as a replacement, and names aliases", async () => {
  const before = await indexesOf(database());
  program = AFTER;
  const previewed = await stack.preview();
  expect(previewed.changes).toEqual(CHANGES);
  const [said] = linesOf(previewed.events, "redefined");
  expect(said?.message).toMatch(whatIsDifferent);
  const messages = linesOf(previewed.events, "second").map(({ message }) => message);
  expect(messages.join("\n")).toMatch(/aliases: \[\{ name: "first" \}\]/);
  expect(await indexesOf(database())).toEqual(before);
});

/** The steps that the engine has ended for one resource. */
function stepsOf({ events }: Run, name: string): (string | undefined)[] {
  const ended = events.map(({ resOutputsEvent }) => resOutputsEvent?.metadata);
  return ended.filter((step) => step?.urn.endsWith(`::${name}`)).map((step) => step?.op);
}

test("up does so, with nothing left over and nothing to do after it", async () => {
  const named = await find("named_idx");
  const run = await stack.up();
  expect(run.changes).toEqual(CHANGES);
  const steps = stepsOf(run, "moved");
  expect(steps.indexOf("create-replacement")).toBeGreaterThanOrEqual(0);
  expect(steps.indexOf("delete-replaced")).toBeGreaterThan(steps.indexOf("create-replacement"));
  expect(run.text).toMatch(/kept index public\.named_idx: it is now declared as second/);
  expect(await find("named_idx")).toEqual(named);
  const { oid } = (await find("redefined_idx")) ?? {};
  expect(stack.resource("redefined").outputs).toMatchObject({ oid, valid: true, drift: null });
  expect(await definitions()).toEqual([
    "CREATE INDEX changed_idx ON public.t USING btree (b, a)",
    "CREATE INDEX dropped_idx ON public.t USING btree (a)",
    "CREATE INDEX moved_away_idx ON public.other USING btree (a)",
    "CREATE INDEX named_idx ON public.t USING btree (a)",
    "CREATE INDEX redefined_idx ON public.t USING btree (a)",
  ]);
  expect((await stack.preview()).changes).toEqual({ same: 6 });
});

test("the stack's new name goes into the indexes' comments, as previewed, and nothing else is done", async () => {
  await stack.rename("renamed");
  const before = await indexesOf(database());
  const previewed = await stack.preview();
  expect(previewed.changes).toEqual({ same: 1, update: 5 });
  const said = linesOf(previewed.events, "changed").map(({ message }) => message);
  expect(said.join("\n")).toContain("its comment names its owner: tests/renamed, changed");
  await stack.up();
  expect(await indexesOf(database())).toEqual(before);
  expect((await stack.refreshOutputs()).changes).toEqual({ same: 6 });
  expect((await stack.preview()).changes).toEqual({ same: 6 });
});

test("destroy drops them all, one under its second name in the program too", async () => {
  await stack.destroy();
  expect(await definitions()).toEqual([]);
});
