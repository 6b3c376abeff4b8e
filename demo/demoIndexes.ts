import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export const STATES_INDEX = "conversation_states_patient_active_expires_idx";
export const MESSAGES_INDEX = "conversation_messages_state_created_idx";
/** In the order they are dropped. */
export const INDEXES = [MESSAGES_INDEX, STATES_INDEX] as const;

const POLL_MS = 5;

export interface IndexState {
  readonly name: string;
  readonly valid: boolean;
}

/** The indexes of Phase 3 that exist on the server, according to the catalog alone. */
export async function standingIndexes(url: string): Promise<IndexState[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await ask(client);
  } finally {
    await client.end();
  }
}

/**
 * Watches the indexes disappear while `work` runs. Returns their names in that order; of two that are
 * gone at the same look, which a busy machine may take late, in the order of what `work` has said.
 */
export async function droppedDuring(
  url: string,
  work: () => Promise<{ readonly output: string }>,
): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let working = true;
  const watching = watch(client, () => working).finally(() => client.end());
  // It is awaited for its result, or its failure, once the work is done.
  watching.catch(() => {});
  let said = "";
  try {
    said = (await work()).output;
  } finally {
    working = false;
    await watching;
  }
  const first = (name: string) => said.indexOf(`dropping public.${name}`);
  return (await watching).flatMap((names) => names.toSorted((a, b) => first(a) - first(b)));
}

async function watch(client: pg.Client, goesOn: () => boolean): Promise<string[][]> {
  const gone: string[][] = [];
  let standing = (await ask(client)).map((index) => index.name);
  for (let last = false; !last; ) {
    last = !goesOn();
    const now = (await ask(client)).map((index) => index.name);
    const went = standing.filter((name) => !now.includes(name));
    if (went.length > 0) gone.push(went);
    standing = now;
    await sleep(POLL_MS);
  }
  return gone;
}

async function ask(client: pg.Client): Promise<IndexState[]> {
  const { rows } = await client.query<IndexState>(
    `select relname as name, indisvalid and indisready and indislive as valid
       from pg_index join pg_class on pg_class.oid = indexrelid
      where relname = any($1) order by relname`,
    [[...INDEXES]],
  );
  return rows;
}
