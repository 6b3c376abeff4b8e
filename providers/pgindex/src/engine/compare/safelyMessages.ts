import type { IndexDefinition } from "../declare/desiredIndex";
import { type Advice, errorText } from "../errors/advice";
import type { ReachedFunction } from "../reach/reach";
import { ident } from "../text/sql";

/** Who owns the table, and what our login can do with the owner's rights. */
export interface OwnerRights {
  readonly owner: string;
  readonly login: string;
  readonly database: string;
  readonly schema: string;
  /** The login is the owner itself. */
  readonly isLogin: boolean;
  /** The login can become the owner (SET ROLE). */
  readonly canBe: boolean;
  /** What the owner may do. */
  readonly makesTemporary: boolean;
  readonly usesSchema: boolean;
  /** A support function of some operator class belongs to a role with fewer rights than ours. */
  readonly hasForeignClass: boolean;
}

/** Code of a role with fewer rights than our login. */
export type ForeignCode = Pick<ReachedFunction, "signature" | "moment">;

function refused({ schema, name }: IndexDefinition): string {
  return `refused to try index ${schema}.${name} on a copy of its table`;
}

/** Code that the declaration calls, which can only run as our login. */
export function foreignCodeAdvice(
  desired: IndexDefinition,
  [first]: readonly ForeignCode[],
  { owner, login }: OwnerRights,
): Advice {
  return {
    what: refused(desired),
    why:
      `it calls ${first?.signature ?? "a function"}, which would run with the rights of ${login}; ` +
      `in a build it runs with those of the table's owner (${owner}), which ${login} may not become`,
    fix: `run: GRANT ${ident(owner)} TO ${ident(login)};`,
    otherwise: `connect as ${owner}, or leave it to the build: validateInPreview: false`,
  };
}

/** Code that runs while the server parses the declaration, which only a login's own rights limit. */
export function parsedCodeAdvice(
  desired: IndexDefinition,
  { signature }: ForeignCode,
  { owner, login }: OwnerRights,
): Advice {
  return {
    what: refused(desired),
    why:
      `a constant of it is checked by ${signature} as soon as the server reads the statement, ` +
      `in the build too, with the rights of ${login}`,
    fix: `connect as ${owner}, the table's owner`,
    otherwise: "write the constant so that no domain with a function in its CHECK has to read it",
  };
}

/** What the owner of the table may not do, although it owns the table. */
export function ownerAdvice(
  desired: IndexDefinition,
  { owner, database, schema, makesTemporary, usesSchema }: OwnerRights,
  error: unknown,
): Advice {
  const missing = [
    ...(makesTemporary ? [] : [`TEMPORARY ON DATABASE ${ident(database)}`]),
    ...(usesSchema ? [] : [`USAGE ON SCHEMA ${ident(schema)}`]),
  ].map((right) => `GRANT ${right} TO ${ident(owner)};`);
  return {
    what: refused(desired),
    why:
      `it calls functions of the database's own, which may run only with the rights of ${owner}, ` +
      `the table's owner; ${errorText(error)}`,
    fix: missing.length > 0 ? `run: ${missing.join(" ")}` : `grant ${owner} that right`,
  };
}
