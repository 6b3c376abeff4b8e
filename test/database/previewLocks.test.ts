// What a preview does to the server, as the server's own log has it: it reads. Asked by a role that
// may read the catalog and the tables, and nothing else.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lookAhead } from "../../providers/pgindex/src/engine/build/preview.ts";
import { declare, targetOf } from "../support/engine/engine.ts";
import { hold } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";

const server = useServer({
  name: "preview-locks",
  version: process.env.TEST_POSTGRES_VERSION,
  settings: {
    log_statement: "all",
    log_line_prefix: "%a|",
    logging_collector: "on",
    log_directory: "log",
    log_filename: "all.log",
    autovacuum: "off",
  },
});

let db: TestDatabase;
beforeAll(async () => {
  db = await createDatabase(server().url);
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 1000) i");
  await db.query("CREATE INDEX t_old ON t (a)");
  await db.query(`CREATE ROLE reader LOGIN PASSWORD '${new URL(db.url).password}'`);
  await db.query("GRANT SELECT ON t TO reader");
  await db.query(`REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`);
  await db.query("VACUUM ANALYZE t");
});
afterAll(() => db?.drop());

const urlOf = (role: string) => {
  const url = new URL(db.url);
  url.username = role;
  return url.href;
};

/** What our sessions have sent. */
function logged(): string[] {
  const text = readFileSync(join(server().directory, "data", "log", "all.log"), "utf8");
  const sent = /^pgindex [^|]*\|LOG: {2}(?:statement|execute [^:]*): \s*(.*)$/gm;
  return [...text.matchAll(sent)].map(([, statement = ""]) => statement);
}

const READS = /^(?:SELECT|WITH|SHOW|SET|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|EXPLAIN|DISCARD)\b/;

/** Every transaction that writes takes the next number. */
async function nextTransaction(): Promise<unknown> {
  const [row] = await db.query("SELECT txid_snapshot_xmax(txid_current_snapshot())::text AS next");
  return row?.next;
}

test("every statement reads, but for a temporary table, which is refused; none writes", async () => {
  const args = { table: "t", name: "t_idx", columns: ["a"], unique: true };
  const desired = await declare({ ...args, hazards: { "missing-right": "warn" } });
  const before = await nextTransaction();
  const { hazards, facts } = await lookAhead(targetOf(urlOf("reader")), desired);
  expect(await nextTransaction()).toBe(before);
  expect(hazards.map(({ code }) => code)).toEqual(
    expect.arrayContaining(["missing-right", "duplicates-unknown"]),
  );
  expect(facts.steps).toMatchObject([{ kind: "build" }]);
  const all = logged();
  expect(all.length).toBeGreaterThan(10);
  expect(new Set(all.filter((statement) => !READS.test(statement)))).toEqual(
    new Set(['CREATE TEMPORARY TABLE "t" (LIKE "public"."t" INCLUDING GENERATED)']),
  );
});

describe.each(["EXCLUSIVE", "ACCESS EXCLUSIVE"])("behind a session with %s", (mode) => {
  test("it takes ACCESS SHARE and nothing else, and says who is in the way", async () => {
    const { pid, release } = await hold(db, "BEGIN", `LOCK TABLE t IN ${mode} MODE`);
    const seen = new Set<string>();
    let isOver = false;
    const watching = (async () => {
      const watcher = await db.connect();
      while (!isOver) {
        const { rows } = await watcher.query(
          `SELECT DISTINCT l.mode FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE a.application_name LIKE 'pgindex %'
              AND l.relation = (SELECT oid FROM pg_class WHERE relname = 't') AND pid <> $1`,
          [pid],
        );
        for (const { mode: found } of rows) seen.add(found);
      }
    })();
    const hazardsOf = { "missing-right": "allow" };
    const args = { table: "t", name: "t_idx", columns: ["b"], hazards: hazardsOf };
    const desired = await declare(args);
    const said = await lookAhead(targetOf(urlOf("reader")), desired).then(
      ({ lines }) => lines.join("\n"),
      ({ message }: Error) => message,
    );
    isOver = true;
    await watching;
    await release();
    // Nothing can be read behind ACCESS EXCLUSIVE, and it does not wait for it.
    expect(said).toMatch(/table-busy: nothing can begin before|another session has locked a table/);
    expect([...seen].filter((each) => each !== "AccessShareLock")).toEqual([]);
  });
});
