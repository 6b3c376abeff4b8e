import type pg from "pg";
import type { Table } from "./writerJournal.ts";

/** Rows the application works on, picked at its start. */
export interface Targets {
  patients: string[];
  states: string[];
  messages: string[];
  /** States inserted by this writer. */
  own: string[];
  tag: string;
}

export interface Work {
  table: Table;
  everyMs: number;
  write(pool: pg.Pool, targets: Targets): Promise<void>;
}

const SAMPLE_ROWS = 2_000;

export async function pickTargets(pool: pg.Pool, tag: string): Promise<Targets> {
  const states = await pool.query<{ id: string; patient_id: string }>(
    `select id, patient_id from conversation_states limit ${SAMPLE_ROWS}`,
  );
  const messages = await pool.query<{ id: string }>(
    `select id from conversation_messages limit ${SAMPLE_ROWS}`,
  );
  if (states.rows.length === 0 || messages.rows.length === 0)
    throw new Error("the tables are empty: fill them before writing");
  return {
    patients: states.rows.map((row) => row.patient_id),
    states: states.rows.map((row) => row.id),
    messages: messages.rows.map((row) => row.id),
    own: [],
    tag,
  };
}

// One connection per line, so that a write waiting on one table does not hide waits on the other.
// Together about 160 writes a second.
export const WORK: readonly Work[] = [
  { table: "conversation_messages", everyMs: 25, write: insertMessage },
  { table: "conversation_messages", everyMs: 25, write: insertMessage },
  { table: "conversation_messages", everyMs: 25, write: updateMessage },
  { table: "conversation_states", everyMs: 50, write: updateState },
  { table: "conversation_states", everyMs: 100, write: insertState },
  { table: "conversation_states", everyMs: 100, write: renewOwnState },
];

async function insertMessage(pool: pg.Pool, targets: Targets): Promise<void> {
  const { own, states, tag } = targets;
  await changeOne(
    pool,
    `insert into conversation_messages (conversation_state_id, role, body, metadata)
    values ($1, 'patient', $2, jsonb_build_object('writer', $3::text))`,
    [
      pick(own.length > 0 && Math.random() < 0.2 ? own : states),
      `I took the tablets this morning and feel better than yesterday. ${Math.random()}`,
      tag,
    ],
  );
}

// Filled rows change only in columns that the fingerprint omits.
async function updateMessage(pool: pg.Pool, targets: Targets): Promise<void> {
  await changeOne(
    pool,
    `update conversation_messages set delivery_status = $2, delivered_at = now() where id = $1`,
    [pick(targets.messages), pick(["sent", "delivered", "failed"])],
  );
}

async function updateState(pool: pg.Pool, targets: Targets): Promise<void> {
  await changeOne(
    pool,
    `update conversation_states set current_step = $2, updated_at = now() where id = $1`,
    [pick(targets.states), pick(["symptoms", "medication", "closing"])],
  );
}

async function insertState(pool: pg.Pool, targets: Targets): Promise<void> {
  const id = await changeOne(
    pool,
    `insert into conversation_states (patient_id, context)
    values ($1, jsonb_build_object('writer', $2::text)) returning id`,
    [pick(targets.patients), targets.tag],
  );
  if (id) targets.own.push(id);
  if (targets.own.length > SAMPLE_ROWS) targets.own.shift();
}

// Indexed columns change too, as in production, but only in the writer's own rows.
async function renewOwnState(pool: pg.Pool, targets: Targets): Promise<void> {
  if (targets.own.length === 0) return insertState(pool, targets);
  await changeOne(
    pool,
    `update conversation_states set is_active = not is_active,
      expires_at = now() + interval '7 days', updated_at = now() where id = $1`,
    [pick(targets.own)],
  );
}

async function changeOne(
  pool: pg.Pool,
  sql: string,
  values: string[],
): Promise<string | undefined> {
  const { rowCount, rows } = await pool.query<{ id?: string }>(sql, values);
  if (rowCount !== 1) throw new Error(`the write changed ${rowCount} rows instead of 1`);
  return rows[0]?.id;
}

function pick(from: readonly string[]): string {
  const picked = from[Math.floor(Math.random() * from.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}
