import { renderElapsed } from "../../text/render";

/** These follow "could not look, because". */

export function tooYoung(server: string, ms: number, windowMs: number): string {
  return (
    `${server} counts scans for ${renderElapsed(ms)} only, and ${renderElapsed(windowMs)} were ` +
    "asked for; do: wait, or ask for less with --window"
  );
}

export function noStandby(server: string): string {
  return `${server} accepts writes, so it is no standby of this server; do: name a standby's URL`;
}

export function otherServer(server: string): string {
  return `${server} is no standby of this server; do: name one of its own`;
}

export function otherDatabase(server: string, database: string): string {
  return (
    `${server} is the database ${database} of a standby, which counts nothing of this one; do: ` +
    "name this database in its URL"
  );
}

export function unreachable(server: string, what: string): string {
  return (
    `${server} does not tell, and may use what nobody else does: ${what}; do: make it reachable, ` +
    "or leave it out, if nobody reads there"
  );
}

/** Doubts. */

export function unseenStandbys(count: number): string {
  const standbys = count === 1 ? "a standby is" : `${count} standbys are`;
  return `${standbys} attached that nobody looked at, and may use them: --replica`;
}

export function onlyStandby(): string {
  return "this is a standby: the primary, which counts for itself, was not looked at";
}
