import type { Advice } from "../errors/advice";
import { ident } from "../text/sql";
import type { ActingAs } from "./actingAs";

/** A query's role, or the Connection's applicationRole, that the server does not have. */
export function unknownRoleAdvice(role: string): Advice {
  return {
    what: `cannot measure as the application: role ${role} does not exist`,
    why: "a query means, and costs, what its role's search_path and settings make of it",
    fix:
      "correct role of the query, applicationRole of the Connection, or pgindex:applicationRole " +
      "of the stack (case matters)",
    otherwise: "leave it out: the query is then measured with our own settings",
  };
}

/** Row level security that the application's session has and ours does not. */
export function bypassedSecurity(table: string, { role, acting }: ActingAs): string {
  return (
    `row level security of ${table} does not apply to ${acting}, so the application's plan has ` +
    `conditions that this one lacks: ${fixOf(role, acting)}`
  );
}

/** Row level security that keeps rows from us. */
export function activeSecurity(table: string, { role, acting }: ActingAs): string {
  return (
    `row level security of ${table} applies to ${acting}, which sees only the rows that its ` +
    `policies show: ${fixOf(role, acting)}`
  );
}

function fixOf(role: string | undefined, acting: string): string {
  return role === undefined
    ? "name the role that runs the query (role of the query, or applicationRole of the Connection)"
    : `GRANT ${ident(role)} TO ${ident(acting)}; lets pgindex measure as ${role}`;
}

/** The settings of a role that could not be assumed. */
export function notAssumed({ role, acting }: Required<ActingAs>): string {
  return (
    `measured as ${acting} with the settings of ${role}: GRANT ${ident(role)} TO ` +
    `${ident(acting)}; for its privileges too`
  );
}

/** A query whose names mean other things under the search_path of others. */
export function otherMeaning(whose: readonly string[], path: string): string {
  return (
    `the query means something else under the search_path of ${whose.join(", ")} (${path}): ` +
    "if the application runs it there, name that role (role of the query, or applicationRole of " +
    "the Connection), or qualify the names"
  );
}

/** Settings of the planner that our login brings along. */
export function ownSettings(settings: readonly string[]): string {
  return (
    `our session has ${settings.join(", ")}, which the application's need not have: name the ` +
    "role that runs the query (role of the query, or applicationRole of the Connection)"
  );
}
