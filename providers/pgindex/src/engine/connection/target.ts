import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { badParameterAdvice } from "./parameterMessages";
import type { PasswordCommand } from "./password/passwordCommand";

/** Where to connect. */
export interface Target {
  /** A PostgreSQL URL. Undefined: the PG* variables of the environment, as libpq reads them. */
  readonly url?: string;
  /** Asks for the password, in place of one in the URL or the environment. */
  readonly passwordCommand?: PasswordCommand;
}

/** One of the servers that the parameters name. */
export interface Address {
  /** A host name, an IP address, or a socket folder, which begins with a slash. */
  readonly host: string;
  /** An IP address, to avoid resolving `host`. */
  readonly hostaddr?: string;
  readonly port: number;
}

const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = 5432;

/**
 * The servers to try, in order. Lists of hosts and ports must have the same length; a single port
 * applies to all hosts.
 */
export function addressesOf(parameters: Parameters): Address[] {
  const hosts = (parameters.host ?? "").split(",");
  const hostaddrs = parameters.hostaddr?.split(",");
  const ports = (parameters.port ?? "").split(",");
  const count = Math.max(hosts.length, hostaddrs?.length ?? 0);
  const isPaired = parameters.host === undefined || hosts.length === count;
  if (!isPaired || (hostaddrs && hostaddrs.length !== count) || ![1, count].includes(ports.length))
    throw new PgIndexError(badParameterAdvice("port", "one port, or as many ports as hosts"));
  return Array.from({ length: count }, (_, n) => ({
    host: hosts[n] || hostaddrs?.[n] || DEFAULT_HOST,
    hostaddr: hostaddrs?.[n] || undefined,
    port: portOf(ports[ports.length === 1 ? 0 : n]),
  }));
}

function portOf(text = ""): number {
  if (text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65536) return port;
  throw new PgIndexError(badParameterAdvice("port", "a number from 1 to 65535"));
}

/** `host:port`, for messages. */
export function describeAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** `host:port/database as user`, for messages: never the password. */
export function describeTarget(addresses: readonly Address[], parameters: Parameters): string {
  const { dbname = "", user = "the default user" } = parameters;
  return `${addresses.map(describeAddress).join(",")}/${dbname} as ${user}`;
}
