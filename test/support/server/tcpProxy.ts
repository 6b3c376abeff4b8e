import net from "node:net";

/**
 * A network device between client and server that can stop to forward, as one does that has
 * forgotten a connection.
 */
export interface TcpProxy {
  /** The URL with the proxy's address. */
  through(url: string): string;
  /**
   * Open connections whose client has called itself so, all by default, get nothing through any
   * more, and nobody is told: neither of what is sent nor of an end. New ones do, unless `newOnes`
   * freeze as well.
   */
  freeze(options?: { readonly application?: string; readonly newOnes?: boolean }): number;
  /** New connections get through again. */
  thaw(): void;
  /** Cuts every connection. */
  close(): Promise<void>;
}

interface Connection {
  readonly sockets: readonly [client: net.Socket, server: net.Socket];
  startup: string;
  isFrozen: boolean;
}

export async function startProxy(target: {
  readonly host: string;
  readonly port: number;
}): Promise<TcpProxy> {
  const connections: Connection[] = [];
  let freezesNew = false;
  const listener = net.createServer({ allowHalfOpen: true }, (client) => {
    const server = net.connect({ ...target, allowHalfOpen: true });
    const connection = { sockets: [client, server] as const, startup: "", isFrozen: freezesNew };
    connections.push(connection);
    client.once("data", (data) => {
      connection.startup = data.toString("latin1");
    });
    forward(connection, client, server);
    forward(connection, server, client);
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as net.AddressInfo;
  return {
    through: (url) => Object.assign(new URL(url), { hostname: "127.0.0.1", port }).href,
    freeze: ({ application = "", newOnes = false } = {}) => {
      freezesNew = newOnes;
      const chosen = connections.filter(({ startup }) =>
        startup.includes(`application_name\0${application}`),
      );
      for (const connection of chosen) connection.isFrozen = true;
      return chosen.length;
    },
    thaw: () => {
      freezesNew = false;
    },
    close: async () => {
      for (const { sockets } of connections) for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

function forward(connection: Connection, from: net.Socket, to: net.Socket): void {
  from.on("data", (data) => {
    if (!connection.isFrozen) to.write(data);
  });
  from.on("end", () => {
    if (!connection.isFrozen) to.end();
  });
  from.on("error", () => {
    if (!connection.isFrozen) to.destroy();
  });
}
