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

/**
 * SET ROLE went well, and changed nothing: `none` is no role, and a pooler may have sent it to
 * another session of its own.
 */
export function unchangedRoleAdvice(role: string, current: string): Advice {
  return {
    what: `cannot act as role ${role}`,
    why: `the session acts as ${current} although it was told to change`,
    fix: CORRECT_ROLE,
    otherwise: "connect directly to the server, not through a pooler",
  };
}
