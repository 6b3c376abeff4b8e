import type { Advice } from "../errors/advice";

/** Every message about how many connections there are. */

/** A limit on connections, of the server, of our role or of our database. */
export interface Limit {
  readonly kind: "server" | "role" | "database";
  /** "role pgindex_builder" */
  readonly of: string;
  readonly most: number;
  /** Including ours. */
  readonly used: number;
  /** How many are left to others. */
  readonly kept: number;
}

const RAISE = {
  server: () => "raise max_connections",
  role: (of, most) => `run: ALTER ${of.replace(/^role /, "ROLE ")} CONNECTION LIMIT ${most};`,
  database: (of, most) =>
    `run: ALTER ${of.replace(/^database /, "DATABASE ")} CONNECTION LIMIT ${most};`,
} as const satisfies Record<Limit["kind"], (of: string, most: number) => string>;

/** A limit that is too small for the work, whoever else is connected. */
export function limitAdvice({ kind, of, most, kept }: Limit, sessions: number): Advice {
  return {
    what:
      `${of} may have ${most} ${most === 1 ? "connection" : "connections"} at a time, ` +
      `and this needs ${sessions}`,
    why:
      "one session builds and another watches it" +
      (kept > 0 ? `; ${kept} are left to others` : ""),
    fix: RAISE[kind](of, sessions + 1),
  };
}

/** The wait for a slot on the server was too long. */
export function noSlotAdvice(reason: string, waitedSeconds: number): Advice {
  return {
    what: `waited ${waitedSeconds} s for a free connection in vain`,
    why: reason,
    fix: "close idle sessions, or raise max_connections; then run the same command again",
    otherwise: "lower maxConnections, so that this process asks for fewer",
  };
}
