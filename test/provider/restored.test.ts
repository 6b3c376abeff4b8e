// The same data in another cluster, for real: restored from a dump, or copied file by file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serverAccount } from "../../tools/embedded/serverAccount.ts";
import { enterableFolder } from "../../tools/embedded/serverBinaries.ts";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { ask } from "../support/server/failover.ts";
import { describeUnless } from "../support/server/ownServer.ts";
import { pgDumpProblem } from "../support/tools/pgDump.ts";
import { oneProvider, Resource, refusalOf, type Told } from "./resource.ts";

// Debian's pg_dump is of PostgreSQL 15, and dumps no server that is newer.
const version = "15";
const args = { table: "t", name: "t_a_idx", columns: ["a"], comment: "for the list" };

/** The resource, as commands with this URL see it. */
function seenBy(url: string, state?: Resource["state"], config?: Record<string, string>): Resource {
  const seen = new Resource("index", oneProvider({ DATABASE_URL: url }, config));
  seen.state = state;
  return seen;
}

const textOf = ({ lines }: Told) =>
  lines.map(({ severity, message }) => `${severity}: ${message}`).join("\n");

interface Standing {
  readonly oid: number;
  readonly comment: string;
  readonly id: string;
}

async function standing(db: Pick<TestDatabase, "query">): Promise<Standing[]> {
  return db.query<Standing>(
    `SELECT c.oid::int AS oid, obj_description(c.oid, 'pg_class') AS comment,
            (SELECT system_identifier::text FROM pg_control_system()) AS id
       FROM pg_class c WHERE relname = 't_a_idx'`,
  );
}

describeUnless(pgDumpProblem(), "restored with pg_dump and psql", () => {
  let [old, young]: (EmbeddedServer | undefined)[] = [];
  let [before, after]: (TestDatabase | undefined)[] = [];
  beforeAll(async () => {
    [old, young] = [
      await startEmbedded({ name: "old", version }),
      await startEmbedded({ name: "restored", version }),
    ];
  });
  afterAll(async () => {
    await Promise.all([old?.stop(), young?.stop()]);
  });

  /** A database with the index of a stack, and its copy in the other cluster. */
  let mine: Resource;
  let restoredUrl: string;
  beforeEach(async () => {
    await Promise.all([before?.drop(), after?.drop()]);
    before = await createDatabase(old?.url);
    after = await createDatabase(young?.url);
    await before.query("CREATE TABLE t (a int)");
    await before.query("INSERT INTO t SELECT generate_series(1, 1000)");
    mine = seenBy(before.url);
    await mine.up(args);
    const dump = spawnSync("pg_dump", ["--dbname", before.url], { encoding: "utf8" });
    expect(dump.stderr).toBe("");
    const options = { input: dump.stdout, encoding: "utf8" } as const;
    const restored = spawnSync("psql", ["-v", "ON_ERROR_STOP=1", "--dbname", after.url], options);
    expect(restored.status, restored.stderr).toBe(0);
    restoredUrl = after.url;
  });

  const DIFFERS = /the state was recorded on the database .*, and this is .*: pulumi up looks here/;

  test("the marks come along, of another cluster", async () => {
    const [[was], [is]] = [
      await standing(before as TestDatabase),
      await standing(after as TestDatabase),
    ];
    expect(is?.comment).toBe(was?.comment);
    expect(is?.comment).toMatch(
      /^for the list\nmanaged by Pulumi: tests\/dev, it \[pgindex 1 built /,
    );
    expect(is?.id).not.toBe(was?.id);
  });

  test("preview and up say so, find the index, build nothing, and record the new one", async () => {
    const [was] = await standing(after as TestDatabase);
    const resource = seenBy(restoredUrl, mine.state);
    const preview = await resource.preview(args);
    expect(preview.change).toBe("update");
    expect(textOf(preview)).toMatch(DIFFERS);
    expect(textOf(preview)).toContain("builds nothing");
    expect(textOf(preview)).not.toContain("CREATE INDEX");
    const up = await resource.up(args);
    expect(up.change).toBe("update");
    const [is] = await standing(after as TestDatabase);
    expect(is?.oid).toBe(was?.oid);
    expect(is?.comment).not.toBe(was?.comment);
    expect(resource.outputs).toMatchObject({
      oid: is?.oid,
      origin: "built",
      ownerId: mine.outputs.ownerId,
      database: { systemIdentifier: is?.id },
    });
    expect((await resource.preview(args)).change).toBe("same");
    expect((await resource.refresh()).change).toBe("same");
    await resource.destroy();
    expect(await standing(after as TestDatabase)).toEqual([]);
    expect(await standing(before as TestDatabase)).toHaveLength(1);
  });

  test("a refresh changes nothing but says so; the up after it is as without", async () => {
    const resource = seenBy(restoredUrl, mine.state);
    await resource.refresh();
    expect(resource.outputs).toMatchObject({ oid: mine.outputs.oid, valid: true });
    expect(resource.outputs.drift).toMatch(DIFFERS);
    await resource.up(args);
    expect(resource.outputs).toMatchObject({ drift: null, origin: "built" });
    expect((await resource.preview(args)).change).toBe("same");
  });

  test("a changed declaration there: replaced, as its own", async () => {
    const resource = seenBy(restoredUrl, mine.state);
    const changed = { ...args, columns: [{ column: "a", order: "desc" }] };
    const preview = await resource.preview(changed);
    expect(textOf(preview)).toContain("t_a_idx_pgindex_new");
    await resource.up(changed);
    expect((await resource.preview(changed)).change).toBe("same");
    await resource.destroy();
    expect(await standing(after as TestDatabase)).toEqual([]);
  });

  test("an index that was not restored is built", async () => {
    await after?.query("DROP INDEX t_a_idx");
    const resource = seenBy(restoredUrl, mine.state);
    expect(textOf(await resource.preview(args))).toContain("builds the index: it does not exist");
    await resource.up(args);
    expect(await standing(after as TestDatabase)).toHaveLength(1);
    expect((await resource.preview(args)).change).toBe("same");
  });

  test("a destroy refuses until acceptDatabase names it, and then drops it there", async () => {
    const refusal = await refusalOf(seenBy(restoredUrl, mine.state).destroy());
    const [, label = ""] = /pgindex:acceptDatabase to "(.*)"/.exec(refusal) ?? [];
    expect(label).toContain((await standing(after as TestDatabase))[0]?.id);
    expect(await standing(after as TestDatabase)).toHaveLength(1);
    const accepting = seenBy(restoredUrl, mine.state, { "pgindex:acceptDatabase": label });
    await accepting.destroy();
    expect(accepting.transcript).toContain("other-database: allowed (acceptDatabase): ");
    expect(await standing(after as TestDatabase)).toEqual([]);
    expect(await standing(before as TestDatabase)).toHaveLength(1);
  });

  test("with a state of release 0.1, which knows no database: the same index, by its name", async () => {
    const { database: _, ownerId: __, markedOid: ___, origin: ____, ...outputs } = mine.outputs;
    const state = mine.state && { ...mine.state, outputs };
    const resource = seenBy(restoredUrl, state);
    await resource.up({ ...args, comment: "another" });
    expect(await standing(after as TestDatabase)).toHaveLength(1);
    expect((await resource.preview({ ...args, comment: "another" })).change).toBe("same");
  });
});

test("a physical copy has the identifier of its original: only the URL tells them apart", async () => {
  const parent = mkdtempSync(join(enterableFolder(serverAccount()), "pgindex-copy-"));
  spawnSync("chmod", ["755", parent]);
  const start = (name: string, port?: number) =>
    startEmbedded({ name, directory: join(parent, name), port, version });
  const first = await start("original");
  const { port } = first;
  await ask(first, "CREATE TABLE t (a int)");
  const mine = seenBy(first.url);
  await mine.up(args);
  await first.stop();
  spawnSync("cp", ["-a", join(parent, "original"), join(parent, "copy")]);
  const original = await start("original", port);
  const copy = await start("copy");
  const left = (server: EmbeddedServer) =>
    ask(server, "SELECT FROM pg_class WHERE relname = 't_a_idx'");
  try {
    const there = seenBy(copy.url, mine.state);
    expect((await there.preview(args)).change).toBe("same");
    await there.destroy();
    expect([await left(original), await left(copy)].map((rows) => rows.length)).toEqual([1, 0]);
  } finally {
    await Promise.all([original.stop(), copy.stop()]);
    rmSync(parent, { recursive: true, force: true });
  }
});
