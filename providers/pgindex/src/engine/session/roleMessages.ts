import { type DesiredIndex, subject } from "../declare/desiredIndex";
import { type Advice, errorText } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { ident } from "../text/sql";

/** Every message about the rights of the role that builds. */

const CORRECT_ROLE =
  "correct role of the Connection, or pgindex:role of the stack (upper and lower case count)";

/** invalid_parameter_value, for a role that does not exist. */
const UNKNOWN_ROLE = "22023";

/** A role of the Connection's that its login may not assume. */
export function deniedRoleAdvice(role: string, login: string, error: unknown): Advice {
  return {
    what: `cannot act as role ${role}`,
    why: errorText(error),
    ...(sqlState(error) === UNKNOWN_ROLE
      ? { fix: CORRECT_ROLE }
      : { fix: `run: GRANT ${ident(role)} TO ${ident(login)};`, otherwise: CORRECT_ROLE }),
  };
}

/** SET ROLE went well, and changed nothing: `none` is no role, and a pooler may have sent it to another session of its own. */
export function unchangedRoleAdvice(role: string, current: string): Advice {
  return {
    what: `cannot act as role ${role}`,
    why: `the session acts as ${current} although it was told to change`,
    fix: CORRECT_ROLE,
    otherwise: "connect directly to the server, not through a pooler",
  };
}

/** What a build needs of the role that it is run by. */
export interface BuildPrivileges {
  readonly role: string;
  readonly owner: string;
  /** By itself, or as a member that inherits. */
  readonly ownsTable: boolean;
  /** May be told to act as the owner. */
  readonly mayActAsOwner: boolean;
  readonly createsInSchema: boolean;
  readonly createsInTablespace: boolean;
}

/** The first right that is missing; undefined when none is. */
export function privilegeAdvice(desired: DesiredIndex, has: BuildPrivileges): Advice | undefined {
  const { owner, role } = has;
  const what = `cannot build ${subject(desired)} as role ${role}`;
  if (!has.ownsTable) return { what, ...ownerCause("build an index on it", has) };
  const otherwise = `connect as ${owner}`;
  if (!has.createsInSchema) {
    return {
      what,
      why: `the role may not create anything in schema ${desired.schema}`,
      fix: `run: GRANT CREATE ON SCHEMA ${ident(desired.schema)} TO ${ident(role)};`,
      otherwise,
    };
  }
  if (has.createsInTablespace) return undefined;
  const { tablespace = "" } = desired;
  return {
    what,
    why: `the role may not create anything in tablespace ${tablespace}`,
    fix: `run: GRANT CREATE ON TABLESPACE ${ident(tablespace)} TO ${ident(role)};`,
    otherwise: "leave tablespace out",
  };
}

/** `what`: what only the owner may do. A member that does not inherit (NOINHERIT) has to be told to act as the owner. */
export function ownerCause(
  what: string,
  { owner, role, mayActAsOwner }: Pick<BuildPrivileges, "owner" | "role" | "mayActAsOwner">,
): Omit<Advice, "what"> {
  if (mayActAsOwner) {
    return {
      why: `only the owner of a table (${owner}) may ${what}; ${role} is a member of it that does not inherit its rights`,
      fix: `set role: ${JSON.stringify(owner)} on the Connection, or pulumi config set pgindex:role ${owner}`,
      otherwise: `ALTER ROLE ${ident(role)} INHERIT; from PostgreSQL 16 on also GRANT ${ident(owner)} TO ${ident(role)} WITH INHERIT TRUE;`,
    };
  }
  return {
    why: `only the owner of a table (${owner}) may ${what}; MAINTAIN and ALL are not enough`,
    fix: `run: GRANT ${ident(owner)} TO ${ident(role)};`,
    otherwise: `connect as ${owner}`,
  };
}
