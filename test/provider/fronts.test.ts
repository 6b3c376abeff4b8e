// One table of scenarios for both fronts, with one set of expectations. Where a front cannot, its
// row says why.
import { describe, expect, test } from "vitest";
import { UNKNOWN } from "../../providers/pgindex/src/engine/input/unknownValues.ts";
import {
  commentOf,
  indexesOf,
  markInvalid,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { type AnyFront, bothFronts } from "./bothFronts.ts";
import { secret, withoutSecrets } from "./nativeResource.ts";
import { refusalOf, textsOf as texts } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");

const { dynamic, native } = bothFronts(() => ({ DATABASE_URL: database().url }));

const args = (name: string, more: object = {}) => ({ table: "t", name, columns: ["a"], ...more });
const oidOf = async (db: TestDatabase, name: string) =>
  (await indexesOf(db)).find((each) => each.name === name)?.oid;

/** A predicate that is a secret, as the front has it from the engine. */
// A secret of few digits would stand in some OID or time too.
const predicateIn = {
  native: (predicate: string) => ({ predicate: secret(predicate) }),
  dynamic: (predicate: string) => ({
    predicate,
    definition: "[secret]",
    canonical: "[secret]",
    drift: "[secret]",
    statement: "[secret]",
    __secret: ["predicate"],
  }),
};

interface Scenario {
  readonly title: string;
  readonly run: (it: AnyFront, front: "dynamic" | "native") => Promise<void>;
}

const SCENARIOS: readonly Scenario[] = [
  {
    title: "is built as previewed, stays as it is, and goes",
    async run(it) {
      const preview = await it.preview(args("made_idx"));
      expect(preview.change).toBe("create");
      expect(texts(preview)).toContain('CREATE INDEX CONCURRENTLY "made_idx"');
      expect((await it.up(args("made_idx"))).change).toBe("create");
      expect(it.outputs).toMatchObject({ name: "made_idx", valid: true, adopted: false });
      expect(await it.preview(args("made_idx"))).toMatchObject({ change: "same", lines: [] });
      expect((await it.refresh()).change).toBe("same");
      await it.destroy();
      expect(await oidOf(database(), "made_idx")).toBeUndefined();
    },
  },
  {
    title: "asked to create what it has already, it refuses another definition, and says why",
    async run(it) {
      await it.up(args("twice_idx"));
      it.state = undefined;
      const changed = args("twice_idx", { columns: ["b"] });
      const refused =
        /exists with another definition.*fix: leave out replaceOnChanges and --replace/s;
      expect(await refusalOf(it.preview(changed))).toMatch(refused);
      expect(await refusalOf(it.up(changed))).toMatch(refused);
      expect((await it.up(args("twice_idx"))).change).toBe("create");
      expect((await it.up(changed)).change).toBe("update");
      await it.destroy();
      expect(await oidOf(database(), "twice_idx")).toBeUndefined();
    },
  },
  {
    title: "an index that stands is adopted, and a destroy keeps it",
    async run(it) {
      await database().query("CREATE INDEX found_idx ON t (a)");
      expect(texts(await it.preview(args("found_idx")))).toContain("builds nothing");
      await it.up(args("found_idx"));
      expect(it.outputs).toMatchObject({ adopted: true, origin: "adopted" });
      await it.destroy();
      expect(await oidOf(database(), "found_idx")).toBeDefined();
      await database().query("DROP INDEX found_idx");
    },
  },
  {
    title: "bad input is refused by its name, and nothing changes",
    async run(it) {
      const misspelt = await refusalOf(it.preview({ ...args("bad_idx"), colums: ["a"] }));
      expect(misspelt).toMatch(/colums.*did you mean "columns"/);
      const within = args("bad_idx", { columns: [{ column: "a", order: "down" }] });
      expect(await refusalOf(it.preview(within))).toMatch(/columns\[0\]\.order/);
      const missing = args("bad_idx", { columns: ["aa"] });
      expect(await refusalOf(it.up(missing))).toContain('no column "aa"; it has a, b');
      expect(it.state).toBeUndefined();
      expect(await oidOf(database(), "bad_idx")).toBeUndefined();
    },
  },
  {
    title: "another definition replaces it in place, another name renames it",
    async run(it) {
      await it.up(args("place_idx"));
      const before = await oidOf(database(), "place_idx");
      const changed = args("place_idx", { columns: ["a", "b"] });
      expect(texts(await it.preview(changed))).toContain("place_idx_pgindex_new");
      expect((await it.up(changed)).change).toBe("update");
      const after = await oidOf(database(), "place_idx");
      expect(after).not.toBe(before);
      const renamed = { ...changed, name: "other_idx" };
      expect(texts(await it.preview(renamed))).toMatch(/ALTER INDEX .* RENAME TO "other_idx"/);
      await it.up(renamed);
      expect(await oidOf(database(), "other_idx")).toBe(after);
      await it.destroy();
    },
  },
  {
    title: "what became of it outside is seen by a plain preview, and mended",
    async run(it, front) {
      const declared = args("drift_idx");
      await it.up(declared);
      await database().query("ALTER INDEX drift_idx RENAME TO strayed_idx");
      expect(texts(await it.preview(declared))).toContain("renamed outside to strayed_idx");
      await it.up(declared);
      await markInvalid(database(), "drift_idx");
      expect(texts(await it.preview(declared))).toContain("INVALID");
      await it.up(declared);
      expect(it.outputs).toMatchObject({ valid: true, drift: null });
      await database().query("ALTER INDEX drift_idx SET (fillfactor = 50)");
      // Only a refresh compares definitions, and a dynamic provider cannot ask for one.
      if (front === "dynamic") await it.refresh();
      expect(texts(await it.preview(declared))).toContain("redefined outside");
      await it.up(declared);
      await database().query("DROP INDEX drift_idx");
      const gone = await it.preview(declared);
      expect(gone.change).toBe(front === "native" ? "create" : "update");
      await it.up(declared);
      expect(await oidOf(database(), "drift_idx")).toBeDefined();
      await it.destroy();
    },
  },
  {
    title: "a secret argument is shown nowhere",
    async run(it, front) {
      const declared = args("secret_idx", predicateIn[front]("a > 471100815"));
      const seen = [await it.preview(declared), await it.up(declared)];
      expect(seen.map(texts).join("\n")).not.toContain("471100815");
      expect((await it.preview(declared)).change).toBe("same");
      await database().query("DROP INDEX secret_idx; CREATE INDEX secret_idx ON t (b)");
      seen.push(await it.refresh());
      expect(seen.map(texts).join("\n")).not.toContain("471100815");
      // To the dynamic provider secrets come in clear, and the engine conceals them in the state.
      if (front === "native") expect(withoutSecrets(it.state)).not.toContain("471100815");
      await database().query("DROP INDEX secret_idx");
    },
  },
  {
    title: "an argument that becomes a secret leaves nothing in clear",
    async run(it, front) {
      for (const [before, after] of [
        ["a > 471100815", "a > 471100815"],
        ["a > 471200815", "a > 471300815"],
      ] as const) {
        await it.up(args("late_idx", { predicate: before }));
        const oid = await oidOf(database(), "late_idx");
        const declared = args("late_idx", predicateIn[front](after));
        const seen = [await it.preview(declared), await it.up(declared)];
        expect(seen.map(({ change }) => change)).toEqual(["update", "update"]);
        expect(seen.map(texts).join("\n")).not.toMatch(/471[123]00815/);
        expect((await oidOf(database(), "late_idx")) === oid).toBe(before === after);
        // By it the engine knows which outputs of the dynamic provider to conceal.
        if (front === "dynamic") expect(it.outputs).toMatchObject({ __secret: ["predicate"] });
        else expect(withoutSecrets(it.state)).not.toMatch(/471[123]00815/);
        expect((await it.preview(declared)).change).toBe("same");
        await it.destroy();
      }
    },
  },
  {
    title: "a preview goes on where an argument is not known yet",
    async run(it) {
      const preview = await it.preview(args("unknown_idx", { predicate: UNKNOWN }));
      expect(preview).toMatchObject({ change: "create", lines: [] });
      await it.up(args("unknown_idx"));
      const changed = await it.preview(args("unknown_idx", { predicate: UNKNOWN }));
      expect(changed.change).toBe("update");
      await it.destroy();
    },
  },
];

describe.each([
  ["dynamic", dynamic],
  ["native", native],
] as const)("the %s provider", (name, make) => {
  test.each(SCENARIOS)("$title", async ({ run }) => run(make("Index"), name));
});

test("a state moves from one front to the other and back: nothing is built", async () => {
  const declared = args("moved_idx");
  const [old, young] = [dynamic("Index"), native("Index")];
  await old.up(declared);
  const before = await oidOf(database(), "moved_idx");
  young.state = old.state;
  // What the dynamic provider kept of itself goes, no more.
  const moves = { change: "update", lines: [], details: { __provider: "DELETE" } };
  expect(await young.preview(declared)).toEqual(moves);
  expect((await young.up({ ...declared, comment: "moved" })).change).toBe("update");
  expect(JSON.stringify(young.state?.outputs)).not.toContain("__");
  const back = dynamic("Index");
  back.state = young.state;
  await back.up(declared);
  expect(await oidOf(database(), "moved_idx")).toBe(before);
  await back.destroy();
  expect(await oidOf(database(), "moved_idx")).toBeUndefined();
});

const MOVES = [
  ["dynamic", "native", dynamic, native],
  ["native", "dynamic", native, dynamic],
] as const;

// A later run knows of the other front no more than the index's mark.
test.each(MOVES)(
  "a state that moved from %s to %s, and nothing else, is changed there as its own",
  async (from, _, before, after) => {
    const declared = args(`late_${from}_idx`);
    const [old, moved] = [before("Index"), after("Index")];
    await old.up(declared);
    moved.state = old.state;
    await moved.up(declared);
    const changed = { ...declared, columns: ["b"] };
    expect((await moved.preview(changed)).change).toBe("update");
    await moved.up(changed);
    const found = (await indexesOf(database())).find(({ name }) => name === declared.name);
    expect(found?.definition).toContain("(b)");
    expect(await moved.preview(changed)).toMatchObject({ change: "same", lines: [] });
    await moved.destroy();
    expect(await oidOf(database(), declared.name)).toBeUndefined();
  },
);

test.each(MOVES)(
  "a state that moved from %s to %s under another name: the mark takes it",
  async (from, _, before, after) => {
    const declared = args(`called_${from}_idx`);
    const [old, moved] = [before("Index", "before"), after("Index", "after")];
    await old.up(declared);
    const oid = await oidOf(database(), declared.name);
    moved.state = old.state;
    await moved.up(declared);
    expect(await commentOf(database(), declared.name)).toContain("tests/dev, after");
    expect(await oidOf(database(), declared.name)).toBe(oid);
    expect(await moved.preview(declared)).toMatchObject({ change: "same", lines: [] });
    expect((await moved.up({ ...declared, comment: "changed" })).change).toBe("update");
    await moved.destroy();
    expect(await oidOf(database(), declared.name)).toBeUndefined();
  },
);

describe.each([
  ["dynamic", dynamic],
  ["native", native],
] as const)("%s: under another URN, by stack rename or an alias", (front, make) => {
  test("the index stays, and its mark takes the new name once", async () => {
    const declared = args(`urn_${front}_idx`);
    const [old, renamed] = [make("Index", "before"), make("Index", "after")];
    await old.up(declared);
    const oid = await oidOf(database(), declared.name);
    renamed.state = old.state;
    const preview = await renamed.preview(declared);
    expect(preview.change).toBe("update");
    expect(texts(preview)).toMatch(/its comment names its owner: tests\/dev, after/);
    await renamed.up(declared);
    expect(await commentOf(database(), declared.name)).toContain("tests/dev, after");
    expect(await renamed.preview(declared)).toMatchObject({ change: "same", lines: [] });
    expect(await oidOf(database(), declared.name)).toBe(oid);
    await renamed.destroy();
    expect(await oidOf(database(), declared.name)).toBeUndefined();
  });
});
