// Two Connections of one program, each with a process of its own, and one index.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { indexNames, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type ProviderProcess, startProvider } from "../support/pulumi/pulumiProvider.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { check, create, type Properties, remove, type State, update } from "./calls.ts";
import { startEngineLog } from "./engineLog.ts";

const database = useDatabase("CREATE TABLE t (a int)");
let elsewhere: TestDatabase;
beforeAll(async () => {
  elsewhere = await createDatabase();
  await elsewhere.query("CREATE TABLE t (a int)");
});
afterAll(() => elsewhere.drop());
beforeEach(async () => {
  await database().query("DROP INDEX IF EXISTS t_idx");
});

const TYPE = "pulumi-nodejs:pgindex:Index";
const urn = (name: string) => `urn:pulumi:dev::app::${TYPE}::${name}`;
const args = { table: "t", name: "t_idx", columns: ["a"] };
const __provider = 'exports.handler = () => require("pulumi-pgindex/provider").v1.index';

/** The engine of one command, whose address all its processes are given. */
async function engine(): Promise<string> {
  return (await startEngineLog()).address;
}

/** A Connection's process. */
async function connection(
  address: string,
  url = database().url,
  settings: Readonly<Record<string, string>> = {},
): Promise<ProviderProcess> {
  const process = await startProvider({}, address);
  await process.configure({ "pgindex:url": url, ...settings });
  return process;
}

async function checked(
  process: ProviderProcess,
  name: string,
  more: Properties = {},
): Promise<Properties> {
  const declared = { ...args, __provider, __urn: urn(name), ...more };
  const { inputs, failures } = await check(process, {}, declared);
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return inputs;
}

const TWICE = (first: string) =>
  new RegExp(
    `refused: index public\\.t_idx is declared twice, here and by ${first} through another ` +
      "Connection\n.*both Connections lead to the database .*\n.*fix: declare it once",
  );

describe("refused when it is looked at, in the preview and in the first up", () => {
  test.each([{ __preview: true }, {}])("%j", async (more) => {
    const address = await engine();
    const [one, other] = [await connection(address), await connection(address)];
    await checked(one, "a", more);
    await expect(checked(other, "b", more)).rejects.toThrow(TWICE("a"));
    // The first one stays what it is, however often it is asked.
    await checked(one, "a", more);
    await expect(checked(other, "b", more)).rejects.toThrow(TWICE("a"));
  });

  test("of the default provider and a Connection, with another role and address", async () => {
    const address = await engine();
    const plain = await startProvider({ DATABASE_URL: database().url }, address);
    await plain.configure();
    const role = `${database().name}_other`;
    await database().query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'x'`);
    const url = Object.assign(new URL(database().url), { username: role, password: "x" });
    await checked(plain, "a");
    const other = await connection(address, url.href.replace("127.0.0.1", "localhost"));
    await expect(checked(other, "b")).rejects.toThrow(TWICE("a"));
    other.kill();
    await other.ended;
    await database().query(`DROP ROLE ${role}`);
  });

  test("at the same time: one of them stays", async () => {
    const address = await engine();
    const both = await Promise.all([connection(address), connection(address)]);
    const outcomes = await Promise.allSettled(both.map((process, i) => checked(process, `r${i}`)));
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("not refused", () => {
  test("the same resource, which another Connection has by now", async () => {
    const address = await engine();
    await checked(await connection(address), "a");
    await checked(await connection(address), "a");
  });

  test("where they lead to different databases", async () => {
    const address = await engine();
    await checked(await connection(address), "a");
    await checked(await connection(address, elsewhere.url), "b");
  });

  test("what another command declares, at the same time", async () => {
    await checked(await connection(await engine()), "a");
    await checked(await connection(await engine()), "b");
  });

  test("what a process declared that is gone", async () => {
    const address = await engine();
    const gone = await connection(address);
    await checked(gone, "a");
    gone.kill();
    await gone.ended;
    await checked(await connection(address), "b");
  });
});

const UNMARKED = { "pgindex:ownershipMarks": "false" };

describe("without marks, a delete keeps what another process of its run declares", () => {
  /** What an earlier command has built. */
  const built = async () => {
    const process = await connection(await engine(), database().url, UNMARKED);
    return create(process, await checked(process, "a"));
  };
  /** The Connection that had the index, and the one that has it by now. */
  const ofOneRun = async (url = database().url) => {
    const address = await engine();
    return [
      await connection(address, database().url, UNMARKED),
      await connection(address, url, UNMARKED),
    ] as const;
  };

  test.each(["a", "b"])("the resource %s is created first", async (name) => {
    const old = await built();
    const [former, now] = await ofOneRun();
    const made = await create(now, await checked(now, name));
    await remove(former, old);
    expect(made.outputs.oid).toBe(old.outputs.oid);
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });

  test("it is deleted first, as deleteBeforeReplace wants it", async () => {
    const old = await built();
    const [former, now] = await ofOneRun();
    const inputs = await checked(now, "a");
    await remove(former, old);
    expect((await create(now, inputs)).outputs.oid).toBe(old.outputs.oid);
  });

  test("not what is declared for another database, nor by another command", async () => {
    const old = await built();
    const [former, now] = await ofOneRun(elsewhere.url);
    await checked(now, "a");
    await checked(await connection(await engine(), database().url, UNMARKED), "a");
    await remove(former, old);
    expect(await indexNames(database())).toEqual([]);
  });
});

/** Processes that do not know of each other, as where there is no folder for it. */
async function strangers(): Promise<[ProviderProcess, ProviderProcess]> {
  return [await connection("no engine"), await connection("no engine")];
}

const TAKEN =
  /belongs to another resource of this stack: app\/dev, a\n.*both declare it in this run/;

describe("where neither knows of the other, the mark tells at the create", () => {
  test("the second is refused, with the first one's name, and the index is the first one's", async () => {
    const [one, other] = await strangers();
    const [a, b] = [await checked(one, "a"), await checked(other, "b")];
    const made = await create(one, a);
    await expect(create(other, b)).rejects.toThrow(TAKEN);
    expect(await indexNames(database())).toEqual(["t_idx"]);
    // As declared until now, so that its next update finds its own index.
    const again: State = await update(one, made, await checked(one, "a"));
    expect(again.outputs).toMatchObject({ oid: made.outputs.oid, ownerId: made.outputs.ownerId });
    // Another command, whose program declares it no longer.
    await remove(await connection("no engine"), again);
    expect(await indexNames(database())).toEqual([]);
  });

  test("both at once: one builds it, the other is refused", async () => {
    const both = await strangers();
    const inputs = [await checked(both[0], "a"), await checked(both[1], "b")];
    const made = await Promise.allSettled(
      both.map((process, i) => create(process, inputs[i] ?? {})),
    );
    const refused = made.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(1);
    expect(String((refused[0] as PromiseRejectedResult).reason)).toMatch(
      /belongs to another resource of this stack: app\/dev, [ab]\n/,
    );
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });

  test("a renamed resource is not one of two: it takes its index over", async () => {
    const [one, other] = await strangers();
    const made = await create(one, await checked(one, "a"));
    const next = await create(other, await checked(other, "b"));
    expect(next.outputs).toMatchObject({ oid: made.outputs.oid, adopted: true });
    await remove(other, made);
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });
});
