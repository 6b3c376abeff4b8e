import type { Client } from "pg";

/** How long to wait for the server to acknowledge the end of the session. */
const CLOSE_MS = 2_000;

/** Cuts the connection; whatever waits for an answer on it fails. */
export function destroyClient(client: Client): void {
  (
    client as unknown as { connection: { stream: { destroy(): void } } }
  ).connection.stream.destroy();
}

/**
 * Ends the connection in order; never fails, and does not wait for a network that no longer
 * answers.
 */
export async function closeClient(client: Client): Promise<void> {
  await withAnswerTimeout(client.end(), client, CLOSE_MS).catch(() => undefined);
}

/**
 * What the server answers. Cuts the connection, which makes the promise fail, when nothing has come
 * within the time.
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
