import { type Advice, errorText } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { didYouMean } from "../text/similarNames";
import { ident } from "../text/sql";

/** Every message about the role that a session acts as. */

const CORRECT_ROLE =
  "correct role on the Connection, or pgindex:role in the stack's settings (case matters)";

/** invalid_parameter_value, for a role that does not exist. */
const UNKNOWN_ROLE = "22023";

/** The Connection's role, which its login may not assume. `similar`: roles that there are. */
export function deniedRoleAdvice(
  role: string,
  login: string,
  error: unknown,
  similar: readonly string[] = [],
): Advice {
  const meant = didYouMean(similar);
  return {
    what: `cannot act as role ${role}`,
    why: errorText(error),
    ...(sqlState(error) === UNKNOWN_ROLE
      ? { fix: meant ? `${meant} ${CORRECT_ROLE}` : CORRECT_ROLE }
      : { fix: `run: GRANT ${ident(role)} TO ${ident(login)};`, otherwise: CORRECT_ROLE }),
  };
}

/**
 * SET ROLE succeeded but changed nothing: `none` is not a role, and a pooler may have sent the
 * statement to another of its sessions.
 */
export function unchangedRoleAdvice(role: string, current: string): Advice {
  return {
    what: `cannot act as role ${role}`,
    why: `the session still acts as ${current} after SET ROLE`,
    fix: CORRECT_ROLE,
    otherwise: "connect directly to the server, not through a pooler",
  };
}
