import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { IndexArgs } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { pgDumpProblem } from "../support/tools/pgDump.ts";
import { type Opened, oneProvider, Resource, refusalOf } from "./resource.ts";

const problem = pgDumpProblem();
const directory = mkdtempSync(join(tmpdir(), "pgindex-dumps-"));
let server: EmbeddedServer;
let open: () => Promise<Opened>;

// Debian's pg_dump is of PostgreSQL 15, and dumps no server that is newer.
beforeAll(async () => {
  server = await startEmbedded({ name: "backup-provider", version: "13" });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("CREATE TABLE t (a int)");
  await client.end();
  open = oneProvider({ DATABASE_URL: server.url });
});
afterAll(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

const BEFORE: IndexArgs = { table: "t", name: "i", columns: ["a"] };
const AFTER: IndexArgs = { ...BEFORE, columns: [{ column: "a", order: "desc" }] };
const asks = (index: IndexArgs, more = {}) => ({
  indexes: [index],
  directory,
  pgDump: "pg_dump",
  ...more,
});

describe.skipIf(problem)(`a Backup${problem ? ` (skipped: ${problem})` : ""}`, () => {
  test("is refused in preview without its tool, taken once, and taken again only when a change finds it too old", async () => {
    const backup = new Resource("backup", open);
    const nowhere = asks(BEFORE, { pgDump: "/nowhere/pg_dump" });
    expect(await refusalOf(backup.preview(nowhere))).toContain("cannot run /nowhere/pg_dump");

    const first = await backup.up(asks(BEFORE));
    expect(first.change).toBe("create");
    const [dump = ""] = readdirSync(directory);
    expect(backup.outputs).toMatchObject({ file: join(directory, dump) });
    expect(first.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^backed up in .*\.dump/),
    );
    expect((await backup.preview(asks(BEFORE))).change).toBe("same");

    const second = await backup.up(asks(AFTER));
    expect(second.change).toBe("update");
    expect(second.lines.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^the backup of .* ago is recent enough$/),
    );
    expect(readdirSync(directory)).toEqual([dump]);
    expect((await backup.preview(asks(AFTER))).change).toBe("same");
    await backup.destroy();
    expect(readdirSync(directory)).toEqual([dump]);
  });
});
