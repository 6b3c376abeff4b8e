import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as runMigrations } from "drizzle-orm/node-postgres/migrator";
import { withClient } from "./databaseClient.ts";
import { FILLED_COLUMNS } from "./dataFingerprint.ts";

export interface FillSize {
  states: number;
  messages: number;
}

type Log = (line: string) => void;

const MIGRATIONS = join(import.meta.dirname, "../drizzle/migrations");
const INDEX_MIGRATION = "0013_sticky_skreet";
const BATCH = 50_000;
const QUIET_MS = 2_000;

/** Migrates an empty database to where production stood: every migration before the indexes. */
export async function migrate(url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "drizzle-migrations-"));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    await endJournalBefore(INDEX_MIGRATION, folder);
    await withClient(url, (client) => runMigrations(drizzle(client), { migrationsFolder: folder }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Lets Drizzle run its remaining migrations, like `drizzle-kit migrate`. Returns how many there
 * were.
 */
export async function migrateTheRest(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const marks = async () => {
      const query = "select count(*)::int as marks from drizzle.__drizzle_migrations";
      return (await client.query<{ marks: number }>(query)).rows[0]?.marks ?? 0;
    };
    const before = await marks();
    await runMigrations(drizzle(client), { migrationsFolder: MIGRATIONS });
    return (await marks()) - before;
  });
}

async function endJournalBefore(tag: string, folder: string): Promise<void> {
  const path = join(folder, "meta/_journal.json");
  const journal = JSON.parse(await readFile(path, "utf8")) as {
    entries: { tag: string }[];
  };
  const end = journal.entries.findIndex((entry) => entry.tag === tag);
  if (end < 0) throw new Error(`the migration journal has no ${tag}`);
  const shortened = { ...journal, entries: journal.entries.slice(0, end) };
  await writeFile(path, JSON.stringify(shortened));
}

/**
 * Fills the empty tables inside the server. The same size gives the same rows, except for "now".
 */
export async function fill(url: string, { states, messages }: FillSize, log: Log): Promise<void> {
  const progress = progressLines(log);
  await withClient(url, async (client) => {
    // Foreign keys are not checked, as on a replica: every reference is right by construction, and
    // a million look-ups would take longer than everything else.
    await client.query("set session_replication_role = replica");
    await client.query("select setseed(0.13)");
    const patients = Math.ceil(states / 5);
    await client.query(INSERT_PATIENTS, [patients]);
    await client.query(INSERT_STATES, [states, patients]);
    progress(`${count(patients)} patients, ${count(states)} states`);
    for (let done = 0; done < messages; done += BATCH) {
      const last = Math.min(done + BATCH, messages);
      await client.query(INSERT_MESSAGES, [done + 1, last, messages, states]);
      progress(`${count(last)} of ${count(messages)} messages`);
    }
    for (const table of Object.keys(FILLED_COLUMNS)) {
      await client.query(`vacuum (analyze) ${table}`);
      progress(`vacuumed and analyzed ${table}`);
    }
    // Writes out what the fill left in memory now, not in the middle of a measured build.
    await client.query("checkpoint");
    progress("checkpoint");
  });
}

function progressLines(log: Log): Log {
  let last = Date.now();
  return (line) => {
    if (Date.now() - last < QUIET_MS) return;
    last = Date.now();
    log(line);
  };
}

const count = (value: number) => value.toLocaleString("en-US");

// An id is derived from its row number, so other rows can refer to it without a look-up.
const id = (kind: string, number: string) => `md5('${kind}' || (${number}))::uuid`;

const INSERT_PATIENTS = `
insert into patients (id, display_name, phone, language, time_zone, created_at, updated_at)
select ${id("patient", "n")}, 'Patient ' || n, '+1555' || lpad(n::text, 7, '0'),
  (array['en', 'en', 'en', 'es', 'de'])[1 + n % 5],
  (array['America/New_York', 'America/Chicago', 'Europe/Berlin'])[1 + n % 3],
  now() - interval '500 days', now() - interval '500 days'
from generate_series(1, $1::int) n`;

// A patient's conversations are scattered over the table. Two in five are active, and most of
// those, but not all, have not expired.
const INSERT_STATES = `
insert into conversation_states (id, patient_id, is_active, expires_at, current_step, channel,
  context, created_at, updated_at)
select ${id("state", "n")}, ${id("patient", "1 + floor(random() * $2::int)::int")}, active,
  now() + interval '1 day' * case when active then random() * 60 - 6 else -1 - random() * 170 end,
  (array['greeting', 'symptoms', 'medication', 'scheduling', 'closing'])[1 + n % 5],
  (array['sms', 'sms', 'web', 'voice'])[1 + n % 4],
  jsonb_build_object('topic', (array['refill', 'side effects', 'lab results',
  'appointment'])[1 + n % 4],
    'turns', n % 17, 'consent', true, 'lastIntent', 'confirm_appointment', 'summary',
    'Asked about the treatment plan and the next visit; no red flags; seen by ' || md5(n::text),
    'reminders', jsonb_build_array(24, 2)),
  now() - interval '400 days' + interval '200 days' * n / $1::int,
  now() - interval '200 days' + interval '199 days' * random()
from (select n, random() < 0.4 as active from generate_series(1, $1::int) n) numbered`;

const PHRASE = "said[1 + floor(random() * 8)::int]";

// Messages are stored in order of arrival, so each conversation's are spread over the whole table.
// One in twenty belongs to one of the few long conversations: about 100 messages each, compared to
// 10.
const INSERT_MESSAGES = `
insert into conversation_messages (id, conversation_state_id, role, body, delivery_status,
  delivered_at, metadata, created_at)
select ${id("message", "n")},
  ${id("state", "1 + floor(random() * reach)::int")},
  (array['patient', 'assistant', 'assistant', 'patient', 'clinician'])[1 + n % 5],
  ${PHRASE} || ${PHRASE} || ${PHRASE},
  'delivered', sent + interval '2 seconds', jsonb_build_object('segments', 1 + n % 3), sent
from (select n, case when n % 20 = 0 then ceil($4::int / 200.0) else $4::int end as reach,
      now() - interval '180 days' * (1 - n::float8 / $3::int) - interval '1 minute' as sent
    from generate_series($1::int, $2::int) n) numbered,
  (select array[
    'Good morning, this is the care team. How have you been feeling since your last visit here? ',
    'Please take the tablets with food, morning and evening, and drink enough water with them. ',
    'I have had a mild headache since yesterday and slept badly, but the fever has gone at last. ',
    'Your results are in, and the doctor says that nothing needs to change before we see you. ',
    'Could we move the appointment to Thursday afternoon? I cannot leave work before three. ',
    'Thank you, that helps. ',
    'If the pain gets worse or you notice a rash, call us now: do not wait for an answer here. ',
    'A reminder: your prescription can be collected from tomorrow; please bring your card. ']
    as said) phrases`;
