import { beforeAll, beforeEach, expect, test } from "vitest";
import { interruptDrop } from "../support/engine/engineLeftovers.ts";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type Opened, oneProvider, Resource } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int)");
const args = { table: "t", name: "mine_idx", columns: ["a"] };
let open: () => Promise<Opened>;
let mine: Resource;
beforeAll(() => {
  open = oneProvider({ DATABASE_URL: database().url });
});
beforeEach(async () => {
  mine = new Resource("index", open);
  await mine.up(args);
});

test("the next up sees a failed drop without a refresh, and builds the index anew", async () => {
  await interruptDrop(database(), "t", "mine_idx", "f/t/t");
  const preview = await mine.preview(args);
  expect(preview.change).toBe("update");
  const lines = preview.lines.map(({ message }) => message);
  expect(lines.join("\n")).toMatch(/INVALID: queries have lost the index/);
  expect(lines.join("\n")).toMatch(
    /; DROP INDEX CONCURRENTLY "public"\."mine_idx_.*": an interrupted/,
  );
  expect((await mine.up(args)).change).toBe("update");
  expect(await indexNames(database())).toEqual(["mine_idx"]);
  expect((await mine.preview(args)).change).toBe("same");
  await mine.destroy();
});

test("the next destroy finishes it", async () => {
  await interruptDrop(database(), "t", "mine_idx", "f/f/f");
  await mine.destroy();
  expect(await indexNames(database())).toEqual([]);
});
