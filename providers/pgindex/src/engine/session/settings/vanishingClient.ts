import type { WhenClientVanishes } from "../database";

/** `client_connection_check_interval` came with PostgreSQL 14. */
const SINCE = 140000;

/**
 * The session settings for `whenClientVanishes`. "finish" is pinned too, because an administrator
 * may have set an interval. A machine that vanishes silently is noticed only by TCP keepalive,
 * which every session sets to two minutes.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html
 * (client_connection_check_interval)
 */
export function vanishingSettings(
  when: WhenClientVanishes,
  serverVersion: number,
): Readonly<Record<string, string>> {
  if (serverVersion < SINCE) return {};
  if (when === "finish") return { client_connection_check_interval: "0" };
  return {
    client_connection_check_interval: "500ms",
    tcp_keepalives_idle: "15",
    tcp_keepalives_interval: "5",
    tcp_keepalives_count: "3",
  };
}

/** A warning if the server is too old for `whenClientVanishes`; undefined if it is not. */
export function vanishingWarning(
  when: WhenClientVanishes,
  serverVersion: number,
): string | undefined {
  if (serverVersion >= SINCE || when === "finish") return undefined;
  return (
    'whenClientVanishes is "stop", which needs PostgreSQL 14: ' +
    "this server finishes a build even when pulumi is gone, and the next pulumi up adopts it"
  );
}
