import type { EventEmitter } from "node:events";
import { once } from "node:events";
import pg from "pg";

/** The part of pg's connection that speaks the protocol itself. */
interface Wire extends EventEmitter {
  sendCopyFromChunk(chunk: Buffer): void;
}

/** A client that receives WAL as a standby does, and says what a standby says. */
export interface WalReceiver {
  /** It has received all, and replayed as far as this. `lsn` as a number. */
  reportReplayed(lsn: bigint): void;
  /** Asks for the rows that this transaction can see, as with hot_standby_feedback. */
  holdRows(xmin: number): void;
  stop(): Promise<void>;
}

/** Microseconds since 2000, in which the protocol counts. */
const clock = () => (BigInt(Date.now()) - 946_684_800_000n) * 1000n;

/** @see https://www.postgresql.org/docs/current/protocol-replication.html */
export async function receiveWal(url: string, slot?: string): Promise<WalReceiver> {
  const config = { connectionString: url, replication: "true", application_name: "standby" };
  const client = new pg.Client(config as pg.ClientConfig);
  client.on("error", () => {});
  await client.connect();
  const { rows } = await client.query("IDENTIFY_SYSTEM");
  const wire = (client as unknown as { connection: Wire }).connection;
  const started = once(wire, "replicationStart");
  const from = slot === undefined ? "" : `SLOT ${slot} `;
  client.query(`START_REPLICATION ${from}PHYSICAL ${rows[0].xlogpos}`).catch(() => {});
  await started;
  return {
    reportReplayed: (lsn) => {
      const message = Buffer.alloc(34);
      message.write("r");
      for (const at of [1, 9, 17]) message.writeBigUInt64BE(lsn, at);
      message.writeBigUInt64BE(clock(), 25);
      wire.sendCopyFromChunk(message);
    },
    holdRows: (xmin) => {
      const message = Buffer.alloc(25);
      message.write("h");
      message.writeBigUInt64BE(clock(), 1);
      message.writeUInt32BE(xmin, 9);
      wire.sendCopyFromChunk(message);
    },
    stop: () => client.end().catch(() => {}),
  };
}
