import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import type { HazardCode } from "../hazards/hazardKinds";
import { ident } from "../text/sql";
import type { BuildPrivileges } from "./privileges";

/** Advice on the first missing privilege; undefined when the role has them all. */
export function privilegeAdvice(desired: DesiredIndex, has: BuildPrivileges): Advice | undefined {
  const { owner, role } = has;
  const what = `cannot build ${subject(desired)} as role ${role}`;
  if (!has.ownsTable) return { what, ...ownerCause("build an index on it", has) };
  const code = "missing-right" satisfies HazardCode;
  const otherwise = `connect as ${owner}`;
  if (!has.createsInSchema) {
    return {
      what,
      why: `the role may not create anything in schema ${desired.schema}`,
      fix: `run: GRANT CREATE ON SCHEMA ${ident(desired.schema)} TO ${ident(role)};`,
      otherwise,
      code,
    };
  }
  if (has.createsInTablespace) return undefined;
  const { tablespace = "" } = desired;
  return {
    what,
    why: `the role may not create anything in tablespace ${tablespace}`,
    fix: `run: GRANT CREATE ON TABLESPACE ${ident(tablespace)} TO ${ident(role)};`,
    otherwise: "omit tablespace",
    code,
  };
}

/**
 * `what` is what only the owner may do. A member that does not inherit (NOINHERIT) must act as the
 * owner explicitly.
 */
export function ownerCause(
  what: string,
  { owner, role, mayActAsOwner }: Pick<BuildPrivileges, "owner" | "role" | "mayActAsOwner">,
): Omit<Advice, "what"> {
  const code = "missing-right" satisfies HazardCode;
  if (mayActAsOwner) {
    return {
      why:
        `only the owner of a table (${owner}) may ${what}; ` +
        `${role} is a member of it that does not inherit its rights`,
      fix:
        `set role: ${JSON.stringify(owner)} on the Connection, ` +
        `or pulumi config set pgindex:role ${owner}`,
      otherwise:
        `ALTER ROLE ${ident(role)} INHERIT; from PostgreSQL 16 on also ` +
        `GRANT ${ident(owner)} TO ${ident(role)} WITH INHERIT TRUE;`,
      code,
    };
  }
  return {
    why: `only the owner of a table (${owner}) may ${what}; MAINTAIN and ALL are not enough`,
    fix: `run: GRANT ${ident(owner)} TO ${ident(role)};`,
    otherwise: `connect as ${owner}`,
    code,
  };
}
