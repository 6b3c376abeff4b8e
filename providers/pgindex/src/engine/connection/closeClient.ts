import { Client } from "pg";

/** How long to wait for the server to acknowledge the end of the session. */
const CLOSE_MS = 2_000;

type Connected = ((error: Error) => void) | ((error: null, client: Client) => void);

/**
 * A client that closes its connection when its login fails. pg leaves it open where the password is
 * not to be had, and the server waits for one for a minute (`authentication_timeout`): a slot less,
 * no DROP DATABASE on the whole server, and a process of ours that does not end.
 */
export class ClosingClient extends Client {
  override connect(): Promise<Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<Client> | undefined {
    const connected = super.connect().catch((error) => {
      destroyClient(this);
      throw error;
    });
    if (!callback) return connected;
    const tell = callback as (error: Error | null, client?: Client) => void;
    connected.then((client) => tell(null, client), tell);
    return undefined;
  }
}

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
 * Waits for the server's answer. Destroys the connection, and rejects with an error that says so, if
 * none arrives within `withinMs` milliseconds (undefined: no limit).
 */
export async function withAnswerTimeout<T>(
  answer: Promise<T>,
  client: Client,
  withinMs: number | undefined,
): Promise<T> {
  if (withinMs === undefined) return answer;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    destroyClient(client);
  }, withinMs);
  try {
    return await answer;
  } catch (error) {
    if (!isLate) throw error;
    const seconds = withinMs / 1000;
    throw new Error(`no answer for ${seconds} s: the connection counts as lost`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
