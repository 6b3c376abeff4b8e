import net from "node:net";

/**
 * A proxy that answers in the server's place as Neon's and Supabase's do: it sends a process id of
 * its own.
 */
export interface KeyDataProxy {
  /** The server's URL, through the proxy. */
  readonly url: string;
  stop(): Promise<void>;
}

const KEY_DATA = "K".charCodeAt(0);
const KEY_DATA_LENGTH = 12;

/**
 * Forwards each client to a server session of its own, without TLS, and rewrites BackendKeyData.
 */
export async function startKeyDataProxy(serverUrl: string): Promise<KeyDataProxy> {
  const to = new URL(serverUrl);
  const open = new Set<net.Socket>();
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(to.port), to.hostname);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      open.add(socket);
      socket
        .on("error", () => undefined)
        .on("close", () => {
          open.delete(socket);
          other.destroy();
        });
    }
    client.pipe(server);
    server.on("data", (bytes) => client.write(withOtherPid(bytes)));
  });
  proxy.listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  const { port } = proxy.address() as net.AddressInfo;
  const url = Object.assign(new URL(serverUrl), { hostname: "127.0.0.1", port: String(port) });
  url.searchParams.set("sslmode", "disable");
  return {
    url: url.href,
    stop: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

/**
 * K, Int32 12, Int32 pid, Int32 secret: it comes in one piece with what else ends a start. (Its
 * length is fixed in protocol 3.0.)
 */
function withOtherPid(bytes: Buffer): Buffer {
  const at = bytes.findIndex(
    (byte, n) =>
      byte === KEY_DATA && n + 13 <= bytes.length && bytes.readInt32BE(n + 1) === KEY_DATA_LENGTH,
  );
  if (at >= 0) bytes.writeInt32BE(bytes.readInt32BE(at + 5) + 1_000_000, at + 5);
  return bytes;
}
