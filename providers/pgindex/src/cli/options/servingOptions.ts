import { createServer, type Server } from "node:http";
import { type Command, InvalidArgumentError } from "commander";
import { PgIndexError } from "../../engine/errors/advice";
import type { HealthHandlers } from "../../health/healthEndpoint";
import { cannotListenAdvice, unsetTokenAdvice } from "../cliMessages";
import type { Io } from "../commandIo";

/** Options of what serves a migration health. */
export interface ServingOptions {
  readonly port: number;
  readonly host: string;
  readonly tokenEnv: string;
}

export function addServingOptions(command: Command): Command {
  return command
    .option("--port <port>", "the port to listen on", toNumber, 8787)
    .option("--host <address>", "the address to listen on", "127.0.0.1")
    .option(
      "--token-env <name>",
      "the environment variable with the token",
      "PGINDEX_HEALTH_TOKEN",
    );
}

export function toNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It is a whole number.");
  return Number(text);
}

export function tokenOf({ tokenEnv }: ServingOptions, { env }: Io): string {
  const token = env[tokenEnv];
  if (!token) throw new PgIndexError(unsetTokenAdvice(tokenEnv));
  return token;
}

/** Serves handlers by path: first the health, then its page for a browser. */
export async function serve(
  handlers: Readonly<Record<string, HealthHandlers>>,
  options: ServingOptions,
  io: Io,
): Promise<{ stop(): void }> {
  const byPath = new Map(Object.entries(handlers));
  const paths = [...byPath.keys()];
  const server = createServer((request, response) => {
    const found = byPath.get(request.url?.split("?")[0] ?? "");
    if (found) return found.node(request, response);
    response.writeHead(404, { "content-type": "application/json" });
    response.end(`${JSON.stringify({ error: `there are only ${paths.join(" and ")}` })}\n`);
  });
  await listen(server, options);
  const address = server.address();
  const port = typeof address === "object" ? address?.port : options.port;
  const url = `http://${options.host}:${port}`;
  io.stdout(`listening on ${url}${paths[0]}\nfor a browser: ${url}${paths[1]}\n`);
  return {
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server, { port, host }: ServingOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new PgIndexError(cannotListenAdvice(`${host}:${port}`, error), { cause: error })),
    );
    server.listen(port, host, resolve);
  });
}
