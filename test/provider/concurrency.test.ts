import { describe, expect, test } from "vitest";
import {
  holdWrite,
  indexesOf,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { openProvider, Resource } from "./resource.ts";

const TABLES = ["t1", "t2", "t3", "t4", "t5"];

const database = useDatabase(
  ...TABLES.map((table) => `CREATE TABLE ${table} (a int, b int)`),
  ...TABLES.map((table) => `INSERT INTO ${table} SELECT n, n FROM generate_series(1, 500) n`),
);
const builds = async () =>
  (await providerSessions(database())).filter(({ application }) =>
    application.startsWith("pgindex build "),
  );

describe("maxConcurrentBuilds", () => {
  test.for([1, 3])("%i: builds that many at once, on different tables", async (most) => {
    const holders = await Promise.all(TABLES.map((table) => holdWrite(database(), table)));
    // As a Connection gives them.
    const config = {
      "pgindex:url": database().url,
      "pgindex:maxConcurrentBuilds": String(most),
    };
    const opened = await openProvider({}, config);
    let command = opened.begin("index");
    const resources = TABLES.flatMap((table) =>
      ["a", "b"].map((column) => {
        const name = `${table}_${column}_idx`;
        const resource = new Resource(
          "index",
          async () => ({ ...opened, begin: () => command }),
          name,
        );
        return { resource, args: { table, name, columns: [column] } };
      }),
    );
    const up = Promise.all(resources.map(({ resource, args }) => resource.up(args)));
    await until("others are queued", () =>
      opened.lines.some(({ message }) => message.startsWith("queued: ")),
    );
    await until("the first are at work", async () => (await builds()).length === most);
    const tables = (await builds()).map(({ application }) => application.split("_")[0]);
    expect(new Set(tables).size).toBe(most);
    let seen = 0;
    let isOver = false;
    const watching = until("the end", async () => {
      seen = Math.max(seen, (await builds()).length);
      return isOver;
    });
    for (const holder of holders) await holder.release();
    await up;
    isOver = true;
    await watching;
    expect(seen).toBeLessThanOrEqual(most);
    expect((await indexesOf(database())).filter(({ valid }) => valid)).toHaveLength(10);
    command = opened.begin("index");
    await Promise.all(resources.map(({ resource }) => resource.destroy()));
    expect(await indexNames(database())).toEqual([]);
  });
});
