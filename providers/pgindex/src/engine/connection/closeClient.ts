import type { Client } from "pg";

/** How long to wait for the server to acknowledge the end of the session. */
const CLOSE_MS = 2_000;

/** Destroys the socket; every query that is still waiting on it fails. */
export function destroyClient(client: Client): void {
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}

/**
 * Ends the session properly. Never fails, and waits at most two seconds for a network that no
 * longer answers.
 */
export async function closeClient(client: Client): Promise<void> {
  await withAnswerTimeout(client.end(), client, CLOSE_MS).catch(() => undefined);
}

/** Whether the open connection alone keeps this process from ending. */
export function holdProcess(client: Client, does: boolean): void {
  const socket = client as unknown as { ref(): void; unref(): void };
  if (does) socket.ref();
  else socket.unref();
}

/**
 * Waits for the server's answer. Destroys the connection, and so rejects, if none arrives within
 * `withinMs` milliseconds (undefined: no limit).
 */
export async function withAnswerTimeout<T>(
  answer: Promise<T>,
  client: Client,
  withinMs: number | undefined,
): Promise<T> {
  if (withinMs === undefined) return answer;
  const timer = setTimeout(() => destroyClient(client), withinMs);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}
