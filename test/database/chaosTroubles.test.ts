// The troubles of npm run chaos that another tool makes, on a real server: what they leave, and that
// the judge sees what somebody else does meanwhile.
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeTables } from "../../chaos/application/chaosTables.ts";
import { withClient } from "../../chaos/chaosServer.ts";
import { judge } from "../../chaos/judge/catalogJudge.ts";
import { NameSampler } from "../../chaos/judge/nameSampler.ts";
import { RunRecord } from "../../chaos/judge/runRecord.ts";
import { writersWaiting } from "../../chaos/judge/waitSampler.ts";
import { declarationsFor } from "../../chaos/stacks/declarations.ts";
import type { Arena } from "../../chaos/troubles/arena.ts";
import type { Taking } from "../../chaos/troubles/nameSteps.ts";
import { attachSpare, detachSpare } from "../../chaos/troubles/partitionTroubles.ts";
import { takeName } from "../../chaos/troubles/takenNames.ts";
import type { Event } from "../../chaos/troubles/troubleSchedule.ts";
import { until } from "../support/engine/engineDatabase.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const MARK = "managed by Pulumi: chaos/left, x [pgindex 1 built stack=a urn=b id=c db=d]";
const declarations = declarationsFor("first", 1);
let db: TestDatabase;
let record: RunRecord;
let arena: Arena;

beforeAll(async () => {
  db = await createDatabase();
  await withClient(db.url, async (client) => {
    await makeTables(client, 50);
    for (const { args, clauses, unique } of declarations) {
      const kind = unique ? "UNIQUE INDEX" : "INDEX";
      await client.query(`CREATE ${kind} ${args.name} ON app.${args.table} ${clauses}`);
      await client.query(`COMMENT ON INDEX app.${args.name} IS '${MARK}'`);
    }
    await client.query(
      "ALTER TABLE app.payments ADD CONSTRAINT payments_unique_idx UNIQUE USING INDEX " +
        "payments_unique_idx",
    );
  });
});
afterAll(() => db?.drop());

beforeEach(() => {
  record = new RunRecord();
  const server = { url: db.url } as Arena["server"];
  arena = { server, stacks: [], record, sampler: new NameSampler(db.url), calmAt: 0 };
});

const event = (pick: number): Event => ({ at: 0, kind: "snapshot", pick, holdMs: 200 });
const findings = () => withClient(db.url, (client) => judge(client, declarations, 0));
const marked = (client: pg.Client, name: string) =>
  client.query(`COMMENT ON INDEX app.${name} IS '${MARK}'`);

describe("a partition comes and goes, and each of its indexes is attached", () => {
  test.each([
    ["new, as a partition", 0.3],
    ["as it was", 0.1],
    ["made before, bare", 0.6],
    ["made before, with the indexes", 0.9],
  ])("%s", async (_way, pick) => {
    expect(await attachSpare(db.url, event(pick), 50)).toBe(true);
    expect(await findings()).toEqual([]);
    expect(await attachSpare(db.url, event(pick), 50)).toBe(false);
    expect(await detachSpare(db.url, event(pick))).toBe(true);
    expect(await findings()).toEqual([]);
    expect(await detachSpare(db.url, event(pick))).toBe(false);
  });
});

/** The index whose name is taken at this position, and its OID. */
async function standing(name: string): Promise<{ oid: number; definition: string } | undefined> {
  const [row] = await db.query<{ oid: number; definition: string }>(
    `SELECT oid::int, pg_get_indexdef(oid) AS definition FROM pg_class WHERE relname = '${name}'`,
  );
  return row;
}

const FIRST = "customers_expression_idx";

describe("another tool takes a name", () => {
  test("and gives it back: what was ours stands again", async () => {
    const before = await standing(FIRST);
    expect(await takeName("swap of names, other tool", event(0), arena)).toBe(true);
    expect(await standing(FIRST)).toEqual(before);
    expect([...record.rightly]).toEqual([["stood (swap of names, other tool)", 1]]);
    expect(await findings()).toEqual([]);
  });

  test("for a rebuilt index, which is left for the next up", async () => {
    const before = await standing(FIRST);
    expect(await takeName("rebuild, other tool", event(0), arena)).toBe(true);
    const after = await standing(FIRST);
    expect(after?.definition).toBe(before?.definition);
    expect(after?.oid).not.toBe(before?.oid);
    expect([...record.disturbances.lookalikes]).toEqual([FIRST]);
    expect(await findings()).toEqual([]);
    await withClient(db.url, (client) => marked(client, FIRST));
  });

  test("for another definition, and drops that in the end", async () => {
    expect(await takeName("redefinition, other tool", event(0), arena)).toBe(true);
    expect(await findings()).toEqual([`${FIRST} is missing instead of ${definitionOf(FIRST)}`]);
    await db.query(`CREATE INDEX ${FIRST} ON app.customers (app.slow(note))`);
    await withClient(db.url, (client) => marked(client, FIRST));
  });

  test.each<[Taking, string, string]>([
    ["swap of names, other tool", `DROP INDEX app.${FIRST}`, "dropped without a word"],
    ["swap of names, other tool", `ALTER INDEX app.${FIRST} RENAME TO x`, "without a word"],
    ["redefinition, other tool", `COMMENT ON INDEX app.${FIRST} IS '${MARK}'`, "marked as ours"],
  ])("and sees what we do to its index: %s, %s", async (kind, sql, said) => {
    const taking = takeName(kind, event(0), arena);
    await until("the name is taken", async () => {
      // It may be dropped while it is looked at.
      const found = await standing(FIRST).catch(() => undefined);
      return found?.definition.endsWith("(amount, state, id)");
    });
    await db.query(sql);
    await taking;
    expect([...record.broken, ...record.droppedInSilence()]).toEqual([
      expect.stringContaining(said),
    ]);
    await db.query(`DROP INDEX IF EXISTS app.${FIRST}, app.x`);
    const [old] = await db.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relname ~ '^other_tool_old'",
    );
    if (old) await db.query(`ALTER INDEX app.${old.name} RENAME TO ${FIRST}`);
    else await db.query(`CREATE INDEX ${FIRST} ON app.customers (app.slow(note))`);
    await withClient(db.url, (client) => marked(client, FIRST));
  });
});

function definitionOf(name: string): string {
  const found = declarations.find(({ args }) => args.name === name);
  return `CREATE INDEX ${name} ON ${found?.args.table} USING btree ${found?.clauses}`;
}

test("a wait behind a session of ours is told from one behind others", async () => {
  for (const [name, isOurs] of [
    ["pgindex build x", true],
    ["other", false],
  ] as const)
    await withClient(db.url, async (holder) => {
      await holder.query(`SET application_name = '${name}'; BEGIN; LOCK TABLE app.orders`);
      const waiting = withClient(db.url, async (writer) => {
        await writer.query("SET application_name = 'chaos application orders DELETE'");
        await writer.query("DELETE FROM app.orders WHERE id = 0");
      });
      await until("it waits", () =>
        withClient(db.url, async (client) => (await writersWaiting(client)).length > 0),
      );
      expect(await withClient(db.url, writersWaiting)).toEqual([
        { writer: "chaos application orders DELETE", isOurs },
      ]);
      await holder.query("ROLLBACK");
      await waiting;
    });
});
