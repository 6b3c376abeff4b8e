import { readdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { Backup, Index, type IndexArgs } from "pulumi-pgindex";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { createStack } from "../support/pulumi/pulumi.ts";
import { createBackend } from "../support/pulumi/pulumiBackend.ts";
import { linesOf } from "../support/pulumi/pulumiRun.ts";
import { pgDumpProblem } from "../support/tools/pgDump.ts";

const problem = pgDumpProblem();
const backend = createBackend();
let server: EmbeddedServer;

// Debian's pg_dump is of PostgreSQL 15, and dumps no server that is newer.
beforeAll(async () => {
  server = await startEmbedded({ name: "backup-stack", version: "13" });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("CREATE TABLE t (a int)");
  await client.end();
});
afterAll(() => server.stop());

const DECLARED: IndexArgs = { table: "t", name: "i", columns: ["a"] };

describe.skipIf(problem)(`a stack with a Backup${problem ? ` (skipped: ${problem})` : ""}`, () => {
  test("backs up before the first change, and again only when a change finds it too old", async () => {
    let args = DECLARED;
    const directory = join(backend.directory, "dumps");
    const stack = await createStack(
      async () => {
        const backup = new Backup("backup", { indexes: [args], directory });
        new Index("index", args, { dependsOn: backup });
      },
      { backend, env: { DATABASE_URL: server.url } },
    );
    const first = await stack.up();
    expect(first.changes).toEqual({ create: 3 });
    const [dump = ""] = await readdir(directory);
    expect(stack.resource("backup")?.outputs).toMatchObject({ file: join(directory, dump) });
    const done = linesOf(first.events, "backup").map(({ message }) => message);
    expect(done).toContainEqual(expect.stringMatching(/^backed up in .*\.dump/));

    args = { ...DECLARED, columns: [{ column: "a", order: "desc" }] };
    const second = await stack.up();
    expect(second.changes).toEqual({ same: 1, update: 2 });
    expect(linesOf(second.events, "backup").map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^the backup of .* ago is recent enough$/),
    );
    expect(await readdir(directory)).toEqual([dump]);
  });
});
