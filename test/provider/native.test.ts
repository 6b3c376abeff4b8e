// What only the native provider can: fronts.test.ts has what both do.
import type plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { describe, expect, test } from "vitest";
import {
  blockedBuild,
  holdWrite,
  indexesOf,
  indexNames,
  providerSessions,
  until,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { startNativeProvider } from "../support/pulumi/pulumiProvider.ts";
import {
  NativeResource,
  type OpenedNative,
  openNative,
  packed,
  plain,
  secret,
} from "./nativeResource.ts";
import { refusalOf, textsOf as texts } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int, b int)",
  "CREATE TABLE parts (a int) PARTITION BY LIST (a)",
);
let opened: Promise<OpenedNative> | undefined;
const open = () => {
  opened ??= openNative({ DATABASE_URL: database().url });
  return opened;
};
let config: Record<string, unknown> = {};
const index = (name = "it") => new NativeResource(open, () => config, name);
const args = (name: string, more: object = {}) => ({ table: "t", name, columns: ["a"], ...more });

test("a difference is told property by property", async () => {
  const it = index();
  const declared = { ...args("told_idx"), columns: ["a", { column: "b", order: "desc" }] };
  await it.up(declared);
  const changed = { ...declared, columns: ["a", { column: "b" }], comment: "told" };
  expect((await it.preview(changed)).details).toEqual({
    "columns[1].order": "DELETE",
    comment: "ADD",
    statement: "UPDATE",
  });
  await database().query("CREATE TABLE u (a int, b int)");
  const elsewhere = await it.preview({ ...declared, table: "u", name: "u_idx" });
  expect(elsewhere).toMatchObject({
    change: "replace",
    details: { table: "UPDATE_REPLACE", name: "UPDATE" },
  });
  await database().query("ALTER INDEX told_idx RENAME TO strayed_idx");
  expect((await it.preview(declared)).details).toEqual({ drift: "UPDATE" });
  await it.destroy();
});

test("an alias keeps the index: its mark knows the former URN", async () => {
  const [former, renamed] = [index("former"), index("renamed")];
  await former.up(args("aliased_idx"));
  renamed.state = former.state;
  const preview = await renamed.preview(args("aliased_idx"));
  expect(preview).toMatchObject({ change: "update", details: { comment: "UPDATE" } });
  expect((await renamed.up(args("aliased_idx", { comment: "c" }))).change).toBe("update");
  await renamed.destroy();
  expect(await indexNames(database())).not.toContain("aliased_idx");
});

describe("import", () => {
  test("takes an index over as it stands, and the program that it prints previews empty", async () => {
    await database().query(
      "CREATE INDEX imported_idx ON t (abs(a) DESC, b) WITH (fillfactor = 70) WHERE b > 0;" +
        "COMMENT ON INDEX imported_idx IS 'by hand'",
    );
    const it = index();
    expect(await it.import("public.imported_idx")).toMatchObject({ change: "same", details: {} });
    expect(plain(it.state?.inputs)).toMatchObject({
      columns: [{ expression: "abs(a)", order: "desc" }, "b"],
      comment: "by hand",
    });
    expect(it.outputs).toMatchObject({ adopted: true, origin: "adopted", valid: true });
    await it.destroy();
    expect(await indexNames(database())).toContain("imported_idx");
  });

  test("refuses what is not there, what cannot be declared, and what is somebody's", async () => {
    await database().query(
      "CREATE TABLE keyed (id int PRIMARY KEY); CREATE INDEX part_idx ON parts (a);" +
        "CREATE TABLE part_1 PARTITION OF parts FOR VALUES IN (1)",
    );
    expect(await refusalOf(index().import("public.importd_idx"))).toContain(
      'did you mean "public.imported_idx"',
    );
    expect(await refusalOf(index().import("keyed_pkey"))).toContain("backs the constraint");
    expect(await refusalOf(index().import("part_1_a_idx"))).toContain("is part of");
    const owner = index("owner");
    await owner.up(args("owned_idx"));
    expect(await refusalOf(index("thief").import("owned_idx"))).toMatch(
      /belongs to owner of tests\/dev.*\n.*\n.*takeOverFrom: "tests\/dev"/,
    );
    expect(await index("owner").import("owned_idx")).toMatchObject({ change: "same" });
    await owner.destroy();
  });
});

/** An old snapshot holds up the last phase of a build, and no drop. */
async function holdSnapshot(): Promise<() => Promise<unknown>> {
  const client = await database().connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1");
  return () => client.query("ROLLBACK");
}

test("customTimeouts are the time for the build", async () => {
  const release = await holdSnapshot();
  const it = index();
  it.timeout = 1;
  expect(await refusalOf(it.up(args("late_idx")))).toContain("buildWithin");
  await release();
  expect(await indexNames(database())).not.toContain("late_idx");
});

test("Cancel ends a build and cleans up", async () => {
  const release = await holdSnapshot();
  const own = await openNative({ DATABASE_URL: database().url });
  const building = new NativeResource(async () => own).up(args("cancelled_idx")).catch(String);
  await blockedBuild(database(), "cancelled_idx");
  await own.process.cancel();
  expect(await building).toContain("cancelled; its INVALID leftover was dropped");
  await release();
  expect(await indexNames(database())).not.toContain("cancelled_idx");
  own.process.interrupt();
  expect(await own.process.ended).toBe(0);
});

test("an engine that was killed lets the build finish, and the process ends", async () => {
  const release = await holdSnapshot();
  const own = await openNative({ DATABASE_URL: database().url });
  const building = new NativeResource(async () => own).up(args("orphan_idx")).catch(String);
  await blockedBuild(database(), "orphan_idx");
  own.loseEngine();
  await release();
  expect(await building).toMatchObject({ change: "create" });
  expect(await own.process.ended).toBe(0);
  const found = (await indexesOf(database())).find(({ name }) => name === "orphan_idx");
  expect(found).toMatchObject({ valid: true });
  await until("its sessions end", async () => {
    const sessions = await providerSessions(database());
    return sessions.every(({ query }) => !query.includes("orphan_idx"));
  });
});

describe("a connection in the state that leads nowhere", () => {
  test.each([
    ["a server that moved", () => "postgresql://u@127.0.0.1:1/gone"],
    ["a password that changed", () => wrongPassword(database().url)],
    ["a database that is gone", () => new URL("/no_such_database", database().url).href],
  ])("%s: the state stands, with a warning, and the next up goes on", async (name, url) => {
    const it = index();
    const declared = args(`away_${name.length}_idx`);
    await it.up(declared);
    config = { url: secret(url()) };
    const read = await it.refresh();
    expect(read.change).toBe("same");
    expect(texts(read)).toMatch(/not looked at.*cannot connect to/);
    config = { url: secret(database().url) };
    expect((await it.preview(declared)).change).toBe("same");
    await it.destroy();
    config = {};
  });
});

/** A login that the server refuses, whatever its pg_hba.conf says. */
function wrongPassword(url: string): string {
  const other = new URL(url);
  other.username = "nobody_at_all";
  other.password = "wrong";
  return other.href;
}

describe("settings", () => {
  test("a password that a program prints", async () => {
    const { href, password } = new URL(database().url);
    const program = `console.log(${JSON.stringify(decodeURIComponent(password))})`;
    const passwordCommand = [process.execPath, "-e", program];
    config = { url: secret(href.replace(`:${password}@`, "@")), passwordCommand };
    const it = index();
    await it.up(args("token_idx"));
    expect(await indexNames(database())).toContain("token_idx");
    await it.destroy();
    config = {};
  });

  test.each([
    [{ maxConcurrentBuilds: "many" }, /maxConcurrentBuilds is not a whole number from 1 to 100/],
    [{ maxConcurentBuilds: "2" }, /maxConcurentBuilds is no setting.*maxConcurrentBuilds/],
    [{ url: secret("jdbc:postgresql://hush@h/d") }, /url cannot read the database URL/],
    [{ buildSettings: { parallelWorkers: 9000 } }, /buildSettings\.parallelWorkers is above/],
  ])("%o is refused by its name, never with its value", async (settings, reason) => {
    const { process } = await open();
    const request = new provider.CheckRequest().setNews(packed({ ...settings, version: "0.1.0" }));
    const answer = await process.call<provider.CheckResponse>((client, done) =>
      client.checkConfig(request, done),
    );
    const [failure, ...others] = answer.getFailuresList();
    expect(others).toEqual([]);
    expect(failure?.getReason()).toMatch(reason);
    expect(`${failure?.getProperty()}${failure?.getReason()}`).not.toContain("hush");
  });

  test("a change of them replaces nothing", async () => {
    const { process } = await open();
    const request = new provider.DiffRequest().setOldInputs(packed({ url: secret("a") }));
    request.setNews(packed({ url: secret("b"), maxConnections: 4 }));
    const answer = await process.call<provider.DiffResponse>((client, done) =>
      client.diffConfig(request, done),
    );
    expect(answer.getDiffsList().sort()).toEqual(["maxConnections", "url"]);
    expect(answer.getReplacesList()).toEqual([]);
  });
});

test("functions tell what stands and what runs", async () => {
  const { process } = await open();
  const invoke = async (name: string, given: object) => {
    const request = new provider.InvokeRequest().setTok(`pgindex:index:${name}`);
    const answer = await process.call<provider.InvokeResponse>((client, done) =>
      client.invoke(request.setArgs(packed(given)), done),
    );
    const failures = answer
      .getFailuresList()
      .map((each) => `${each.getProperty()} ${each.getReason()}`);
    return failures.length > 0 ? failures : answer.getReturn()?.toJavaScript();
  };
  await database().query("CREATE TABLE asked (a int); CREATE UNIQUE INDEX asked_idx ON asked (a)");
  const declared = { schema: "public", table: "asked", name: "asked_idx", columns: ["a"] };
  expect(await invoke("getIndexes", { table: "asked" })).toEqual({
    indexes: [{ ...declared, unique: true }],
    skipped: [],
  });
  expect(await invoke("getIndex", { name: "asked_idx" })).toMatchObject({
    definition: "CREATE UNIQUE INDEX asked_idx ON public.asked USING btree (a)",
    valid: true,
  });
  expect(await invoke("getIndexes", { tabel: "asked" })).toEqual([
    expect.stringMatching(/^tabel .*did you mean "table"/),
  ]);
  const { release } = await holdWrite(database(), "asked", "INSERT INTO asked VALUES (1)");
  const client = await database().connect();
  const building = client.query("CREATE INDEX CONCURRENTLY running_idx ON asked (a)");
  await until("it is seen", async () =>
    JSON.stringify(await invoke("getActivity", {})).includes('"public.running_idx"'),
  );
  await release();
  await building;
});

test.each(["program", "folder"] as const)(
  "the engine is told what the package is before anything is configured: %s",
  async (how) => {
    const process = await startNativeProvider({}, undefined, how);
    const schema = await process.call<provider.GetSchemaResponse>((client, done) =>
      client.getSchema(new provider.GetSchemaRequest(), done),
    );
    const { version, resources } = JSON.parse(schema.getSchema());
    expect(resources).toHaveProperty("pgindex:index:Index");
    const info = await process.call<plugin.PluginInfo>((client, done) =>
      client.getPluginInfo(new empty.Empty(), done),
    );
    expect(info.getVersion()).toBe(version);
    process.interrupt();
    expect(await process.ended).toBe(0);
  },
);
