import { type DesiredIndex, subject } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import { ident, qualified } from "../text/sql";
import type { Obstacle } from "./clone";

/** Which of the privileges that {@link onClone} needs the role has. */
export interface ClonePrivileges {
  readonly role: string;
  readonly database: string;
  readonly usesSchema: boolean;
  readonly selects: boolean;
  readonly makesTemporary: boolean;
}

export function obstacleAdvice(
  desired: DesiredIndex,
  obstacle: Obstacle,
  login: ClonePrivileges,
): Advice {
  return {
    what: `cannot verify that the existing ${subject(desired)} is the declared one`,
    why:
      `${OBSTACLE_REASONS[obstacle]}, ` +
      "so the declaration cannot be tried on a temporary copy of the table",
    fix: obstacleFix(desired, obstacle, login),
  };
}

const OBSTACLE_REASONS: Readonly<Record<Obstacle, string>> = {
  readOnly: "the session is read-only",
  privilege: "the role lacks a privilege",
  locked: "another session has locked the table",
};

function obstacleFix(desired: DesiredIndex, obstacle: Obstacle, login: ClonePrivileges): string {
  const role = ident(login.role);
  switch (obstacle) {
    case "readOnly":
      return "connect to the primary";
    case "locked":
      return "run the command again once the table is free";
    case "privilege":
      return `run: ${missingRights(desired, login)
        .map((right) => `GRANT ${right} TO ${role};`)
        .join(" ")}`;
  }
}

function missingRights({ schema, table }: DesiredIndex, login: ClonePrivileges): string[] {
  const rights: readonly (readonly [has: boolean, right: string])[] = [
    [login.usesSchema, `USAGE ON SCHEMA ${ident(schema)}`],
    [login.selects, `SELECT ON ${qualified(schema, table)}`],
    [login.makesTemporary, `TEMPORARY ON DATABASE ${ident(login.database)}`],
  ];
  return rights.filter(([has]) => !has).map(([, right]) => right);
}
