import type { TestDatabase } from "../server/database.ts";
import {
  type Holder,
  hold,
  holdSnapshot,
  holdWrite,
  stateOf,
  untilWaiting,
} from "./engineDatabase.ts";

/** What an interrupted statement leaves of an index; `indisvalid/indisready/indislive`. */
export const LEFTOVER_STATES = ["f/f/t", "f/t/t", "f/f/f"] as const;
export type LeftoverState = (typeof LEFTOVER_STATES)[number];

export interface Leftover {
  readonly state: LeftoverState;
  readonly table: string;
  readonly index: string;
  /** `(a) WHERE …`: what follows the table in CREATE INDEX. */
  readonly body: string;
  readonly unique?: boolean;
}

/** Makes a leftover as accidents do: by a statement that is ended while somebody holds it up. */
export async function leave(db: TestDatabase, leftover: Leftover): Promise<void> {
  if (leftover.state === "f/f/f") await leaveHalfDropped(db, leftover);
  else await leaveHalfBuilt(db, leftover);
  const found = await stateOf(db, leftover.index);
  if (found !== leftover.state) throw new Error(`wanted ${leftover.state}, got ${found}`);
}

/**
 * A build that waits for a writer has built nothing yet; one that waits for a snapshot is as good
 * as ready.
 */
async function leaveHalfBuilt(db: TestDatabase, leftover: Leftover): Promise<void> {
  const { state, table, index, body, unique } = leftover;
  const holder: Holder = await (state === "f/f/t" ? holdWrite(db, table) : holdSnapshot(db));
  const builder = await db.connect();
  await builder.query("SET lock_timeout = '100ms'");
  const sql = `CREATE ${unique ? "UNIQUE " : ""}INDEX CONCURRENTLY ${index} ON ${table} ${body}`;
  await expectCode("55P03", builder.query(sql));
  await builder.end();
  await holder.release();
}

async function leaveHalfDropped(db: TestDatabase, leftover: Leftover): Promise<void> {
  const { table, index, body, unique } = leftover;
  await db.query(`CREATE ${unique ? "UNIQUE " : ""}INDEX ${index} ON ${table} ${body}`);
  await interruptDrop(db, table, index, "f/f/f");
}

/** Ends a drop in its first wait, which a writer holds up, or in its second one. */
export async function interruptDrop(
  db: TestDatabase,
  table: string,
  index: string,
  state: "f/t/t" | "f/f/f",
): Promise<void> {
  const first = await holdWrite(db, table);
  const dropper = await db.connect();
  const dropped = dropper.query(`DROP INDEX CONCURRENTLY ${index}`);
  const outcome = expectCode("57014", dropped);
  const pid = await untilWaiting(db, "DROP INDEX CONCURRENTLY");
  const second = await hold(db, "BEGIN", `DELETE FROM ${table} WHERE false`);
  if (state === "f/f/f") {
    await first.release();
    await untilDead(db, index);
  }
  await db.query("SELECT pg_cancel_backend($1)", [pid]);
  await outcome;
  await dropper.end();
  await first.release();
  await second.release();
}

async function untilDead(db: TestDatabase, index: string): Promise<void> {
  while ((await stateOf(db, index)) !== "f/f/f") await untilWaiting(db, "DROP INDEX CONCURRENTLY");
}

async function expectCode(code: string, statement: Promise<unknown>): Promise<void> {
  const found = await statement.then(
    () => "none",
    (error: { code?: string }) => error.code,
  );
  if (found !== code) throw new Error(`expected SQLSTATE ${code}, got ${found}`);
}
