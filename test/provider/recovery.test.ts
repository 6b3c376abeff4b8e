import { expect, test } from "vitest";
import {
  indexNames,
  leaveInvalid,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { oneProvider, Resource } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t1 (a int)",
  "INSERT INTO t1 SELECT generate_series(1, 1000)",
);

test("a dead INVALID leftover is recovered, and the log says so", async () => {
  const args = { table: "t1", name: "t1_idx", columns: ["a"] };
  const first = new Resource("index", oneProvider({ DATABASE_URL: database().url }));
  await leaveInvalid(database(), "CREATE INDEX t1_idx ON t1 (a)");
  expect(await indexNames(database())).toEqual(["INVALID t1_idx"]);
  const previewed = await first.preview(args);
  expect(previewed.lines.map(({ message }) => message).join("\n")).toMatch(
    /; DROP INDEX CONCURRENTLY "public"\."t1_idx_.*": an inter/,
  );
  const { change, lines } = await first.up(args);
  expect(change).toBe("create");
  expect(lines.map(({ message }) => message).join("\n")).toMatch(
    /public\.t1_idx: an interrupted build left it INVALID, .*; DROP INDEX CONCURRENTLY "public"\."t1_idx_/,
  );
  expect(await indexNames(database())).toEqual(["t1_idx"]);
  await until("no session is left", async () => (await providerSessions(database())).length === 0);
  expect((await first.preview(args)).change).toBe("same");
});
