import net from "node:net";
import { atEnd } from "../atEnd.ts";

/** Stands between client and server, and counts what passes. */
export interface CountingProxy {
  /** The URL with the proxy's address. */
  readonly url: string;
  counted(): Counted;
}

/** Statements sent (Parse), sessions opened, and how many are open now and were at a time at most. */
export interface Counted {
  readonly statements: number;
  readonly sessions: number;
  readonly open: number;
  readonly peak: number;
  /** What was sent most often, for who asks where the statements come from. */
  readonly texts: readonly string[];
}

/** Listens until the last test of the file is over. */
export async function startCountingProxy(url: string): Promise<CountingProxy> {
  const { hostname: host, port: serverPort } = new URL(url);
  let [statements, sessions, open, peak] = [0, 0, 0, 0];
  const byText = new Map<string, number>();
  const sockets = new Set<net.Socket>();
  const listener = net.createServer((client) => {
    const server = net.connect({ host, port: Number(serverPort) });
    const count = messagesOf((type, body) => {
      if (type !== "P") return;
      statements += 1;
      const text = normalized(body);
      byText.set(text, (byText.get(text) ?? 0) + 1);
    });
    sessions += 1;
    open += 1;
    peak = Math.max(peak, open);
    client.on("data", count).on("close", () => {
      open -= 1;
    });
    for (const socket of [client, server]) sockets.add(socket.on("error", () => undefined));
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  });
  const { port } = listener.address() as net.AddressInfo;
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port }).href,
    counted: () => ({ statements, sessions, open, peak, texts: mostOften(byText) }),
  };
}

const SHOWN = 20;

function mostOften(byText: ReadonlyMap<string, number>): string[] {
  const sorted = [...byText].sort(([, one], [, other]) => other - one);
  return sorted.slice(0, SHOWN).map(([text, count]) => `${count} × ${text}`);
}

/** The statement's text, whatever its names and numbers: after the name of a prepared statement. */
function normalized(body: Buffer): string {
  const [, text = ""] = body.toString("utf8").split("\0");
  return text.replaceAll(/\s+/g, " ").replaceAll(/\d+/g, "0").trim().slice(0, 120);
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function messagesOf(hear: (type: string, body: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  // The first message has no type.
  let headBytes = 0;
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= headBytes + 4) {
      const length = headBytes + rest.readInt32BE(headBytes);
      if (rest.length < length) return;
      if (headBytes > 0) hear(rest.toString("latin1", 0, 1), rest.subarray(5, length));
      rest = rest.subarray(length);
      headBytes = 1;
    }
  };
}
