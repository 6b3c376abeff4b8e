import { withClient } from "./databaseClient.ts";

export interface TableFingerprint {
  rows: number;
  hash: string;
}

export interface Fingerprint {
  patients: TableFingerprint;
  conversation_states: TableFingerprint;
  conversation_messages: TableFingerprint;
}

// Columns without what the running application may change; rows without what it added.
export const FILLED_COLUMNS = {
  patients: "id, display_name, phone, language, time_zone, created_at",
  conversation_states: "id, patient_id, is_active, expires_at, channel, context, created_at",
  conversation_messages: "id, conversation_state_id, role, body, metadata, created_at",
} as const satisfies Record<keyof Fingerprint, string>;

const FILLED_ROWS: Record<keyof Fingerprint, string> = {
  patients: "true",
  conversation_states: "not context ? 'writer'",
  conversation_messages: "not metadata ? 'writer'",
};

/** Counts and hashes the filled rows, whatever their order and whatever a writer does. */
export async function fingerprint(url: string): Promise<Fingerprint> {
  return withClient(url, async (client) => {
    const of = async (table: keyof Fingerprint): Promise<TableFingerprint> => {
      const { rows } = await client.query<{ rows: string; hash: string }>(
        `select count(*) as rows,
          sum(hash_record_extended(row(${FILLED_COLUMNS[table]}), 0)::numeric) as hash
        from ${table} where ${FILLED_ROWS[table]}`,
      );
      return { rows: Number(rows[0]?.rows), hash: rows[0]?.hash ?? "0" };
    };
    return {
      patients: await of("patients"),
      conversation_states: await of("conversation_states"),
      conversation_messages: await of("conversation_messages"),
    };
  });
}
