// Which database a command talks to, and what a state of another one is worth there.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { type Opened, oneProvider, Resource, refusalOf, type Told } from "./resource.ts";

const here = useDatabase("CREATE TABLE t (a int)", "CREATE TABLE u (a int)");
let there: TestDatabase;
beforeAll(async () => {
  there = await createDatabase();
  await there.query("CREATE TABLE t (a int)");
});
afterAll(() => there.drop());

const args = { table: "t", name: "t_a_idx", columns: ["a"] };

const openers = new Map<string, () => Promise<Opened>>();

/** One process for each URL and configuration. */
function opener(url: string, config?: Record<string, string>): () => Promise<Opened> {
  const key = JSON.stringify([url, config]);
  const open = openers.get(key) ?? oneProvider({ DATABASE_URL: url }, config);
  openers.set(key, open);
  return open;
}

/** The resource, as commands with this URL see it. */
function seenBy(url: string, resource?: Resource, config?: Record<string, string>): Resource {
  const seen = new Resource("index", opener(url, config));
  seen.state = resource?.state;
  return seen;
}

const textOf = ({ lines }: Told) =>
  lines.map(({ severity, message }) => `${severity}: ${message}`).join("\n");
const nameOf = async (db: TestDatabase) =>
  (await db.query<{ name: string }>("SELECT current_database() AS name"))[0]?.name ?? "";
const indexesIn = async (db: TestDatabase) =>
  (await db.query("SELECT FROM pg_class WHERE relname = 't_a_idx'")).length;

let mine: Resource;
beforeEach(async () => {
  for (const db of [here(), there]) await db.query("DROP INDEX IF EXISTS t_a_idx");
  mine = seenBy(here().url);
  await mine.up(args);
});

test("is in the outputs, and in what each command says, once", async () => {
  const [row] = await here().query<{ id: string; oid: number }>(
    `SELECT system_identifier::text AS id, (SELECT oid::int FROM pg_database
       WHERE datname = current_database()) AS oid FROM pg_control_system()`,
  );
  const name = await nameOf(here());
  expect(mine.outputs.database).toEqual({ systemIdentifier: row?.id, oid: row?.oid, name });
  const label = `database ${name}@${row?.id}/${row?.oid}, PostgreSQL`;
  for (const command of ["preview", "up", "refresh", "destroy"] as const) {
    mine.transcript = "";
    await mine[command](args);
    expect(mine.transcript.split(label)).toHaveLength(2);
  }
});

describe("a plain preview sees", () => {
  test("an index that somebody has dropped, and an up builds it", async () => {
    await here().query("DROP INDEX t_a_idx");
    const preview = await mine.preview(args);
    expect(preview.change).toBe("update");
    expect(textOf(preview)).toMatch(/it does not exist in the database .*\n.*builds the index/s);
    expect((await mine.up(args)).change).toBe("update");
    expect(await indexesIn(here())).toBe(1);
    expect((await mine.preview(args)).change).toBe("same");
  });

  test("one that went with its table's columns, or was renamed", async () => {
    await here().query("ALTER INDEX t_a_idx RENAME TO t_b_idx");
    expect(textOf(await mine.preview(args))).toContain("renamed outside to t_b_idx");
    await mine.up(args);
    await here().query("ALTER TABLE t DROP COLUMN a");
    // As an up would: what it has to build again cannot be built.
    const refusal = await refusalOf(mine.preview(args));
    await here().query("ALTER TABLE t ADD COLUMN a int");
    expect(refusal).toContain('the table has no column "a"; it has no columns');
    expect(mine.transcript).toContain("does not exist in the database");
  });

  test("that it sees nothing: the server does not answer", async () => {
    const blind = seenBy("postgresql://nobody@127.0.0.1:1/nowhere", mine);
    expect((await blind.preview(args)).change).toBe("same");
    expect(blind.transcript).toMatch(
      /warning.*could not be looked at, so indexes that are missing/,
    );
  });
});

describe("connected to another database", () => {
  const DIFFERS = /the state was recorded on the database .*, and this is .*: pulumi up looks here/;

  test("an up says so, and builds what is missing there", async () => {
    const moved = seenBy(there.url, mine);
    const preview = await moved.preview(args);
    expect(preview.change).toBe("update");
    expect(textOf(preview)).toMatch(DIFFERS);
    expect(textOf(preview)).toContain("builds the index: it does not exist");
    const { validSince } = mine.outputs;
    await moved.up(args);
    expect(await indexesIn(there)).toBe(1);
    expect(moved.outputs).toMatchObject({
      database: { name: await nameOf(there) },
      adopted: false,
    });
    expect(moved.outputs.validSince).not.toBe(validSince);
    expect((await moved.preview(args)).change).toBe("same");
    await moved.destroy();
    expect([await indexesIn(here()), await indexesIn(there)]).toEqual([1, 0]);
  });

  test("a preview says so where the table is missing, and refuses", async () => {
    const elsewhere = seenBy(there.url);
    elsewhere.state = mine.state;
    const onU = seenBy(here().url);
    await onU.up({ ...args, table: "u", name: "u_a_idx" });
    const moved = seenBy(there.url, onU);
    const refusal = await refusalOf(moved.preview({ ...args, table: "u", name: "u_a_idx" }));
    expect(refusal).toContain("there is no table public.u");
    expect(moved.transcript).toMatch(DIFFERS);
    await onU.destroy();
  });

  test("a destroy refuses, names both, and drops neither", async () => {
    await there.query("CREATE INDEX t_a_idx ON t (a)");
    const moved = seenBy(there.url, mine);
    const refusal = await refusalOf(moved.destroy());
    expect(refusal).toContain(`in the database ${await nameOf(there)}@`);
    expect(refusal).toContain(`was recorded on ${await nameOf(here())}@`);
    expect([await indexesIn(here()), await indexesIn(there)]).toEqual([1, 1]);
  });

  test("a destroy that is told to goes on, and keeps what is not the stack's there", async () => {
    await there.query("CREATE INDEX t_a_idx ON t (a)");
    const refusal = await refusalOf(seenBy(there.url, mine).destroy());
    const [, label = ""] = /pgindex:acceptDatabase to "(.*)"/.exec(refusal) ?? [];
    const accepting = seenBy(there.url, mine, { "pgindex:acceptDatabase": label });
    await accepting.destroy();
    expect(accepting.transcript).toContain("it is not the one that this stack built");
    expect([await indexesIn(here()), await indexesIn(there)]).toEqual([1, 1]);
  });

  test("a refresh forgets nothing", async () => {
    const moved = seenBy(there.url, mine);
    expect((await moved.refresh()).change).toBe("update");
    expect(moved.outputs.drift).toMatch(DIFFERS);
    expect(moved.outputs).toMatchObject({ oid: mine.outputs.oid, valid: true });
  });

  test("as a restored copy, with the marks of its original: recorded, nothing built", async () => {
    const [row] = await here().query<{ comment: string }>(
      "SELECT obj_description('t_a_idx'::regclass, 'pg_class') AS comment",
    );
    await there.query("CREATE INDEX t_a_idx ON t (a)");
    await there.query(`COMMENT ON INDEX t_a_idx IS '${row?.comment}'`);
    const restored = seenBy(there.url, mine);
    await restored.up(args);
    expect(restored.outputs).toMatchObject({ adopted: true, origin: "built" });
    expect((await restored.preview(args)).change).toBe("same");
    await restored.destroy();
    expect([await indexesIn(here()), await indexesIn(there)]).toEqual([1, 0]);
  });

  test("a copy is no other stack's, though its marks are: it is found, not owned", async () => {
    const [row] = await here().query<{ comment: string }>(
      "SELECT obj_description('t_a_idx'::regclass, 'pg_class') AS comment",
    );
    await there.query("CREATE INDEX t_a_idx ON t (a)");
    await there.query(`COMMENT ON INDEX t_a_idx IS '${row?.comment}'`);
    const staging = new Resource("index", oneProvider({ DATABASE_URL: there.url }), "staging");
    await staging.up(args);
    expect(staging.outputs).toMatchObject({ adopted: true, origin: "adopted" });
    await staging.destroy();
    expect(await indexesIn(there)).toBe(1);
  });
});

test("renamed, it is the same database", async () => {
  const db = await createDatabase();
  await db.query("CREATE TABLE t (a int)");
  const resource = seenBy(db.url);
  await resource.up(args);
  const name = await nameOf(db);
  // A database with sessions cannot be renamed.
  const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
  await here().query(end, [name]);
  await here().query(`ALTER DATABASE "${name}" RENAME TO "${name}_two"`);
  try {
    const renamed = seenBy(db.url.replace(name, `${name}_two`), resource);
    expect((await renamed.preview(args)).change).toBe("same");
    await renamed.destroy();
  } finally {
    await here().query(`ALTER DATABASE "${name}_two" RENAME TO "${name}"`);
    await db.drop();
  }
});

test("a role that may not read the system identifier goes by OID and name", async () => {
  await here().query("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  const role = `reader_${Date.now()}`;
  await here().query(`CREATE ROLE ${role}`);
  await here().query(`GRANT CREATE, USAGE ON SCHEMA public TO ${role}`);
  await here().query(`ALTER TABLE u OWNER TO ${role}`);
  const resource = seenBy(here().url, undefined, { "pgindex:role": role });
  await resource.up({ ...args, table: "u", name: "u_a_idx" });
  expect(resource.outputs.database).toMatchObject({
    systemIdentifier: null,
    name: await nameOf(here()),
  });
  await resource.destroy();
  await here().query(`ALTER TABLE u OWNER TO CURRENT_USER`);
  await here().query(`REVOKE ALL ON SCHEMA public FROM ${role}`);
  await here().query(`DROP ROLE ${role}`);
  await here().query("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
});
