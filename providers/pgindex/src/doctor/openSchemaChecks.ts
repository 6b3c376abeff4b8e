import { openSchemas, readLogin } from "../engine/reach/login";
import { revokesOf, writersOf } from "../engine/reach/loginMessages";
import type { Session } from "../engine/session/session";
import { type Finding, ok, warning } from "./finding";

/** Whether a mighty login meets schemas in which others may create. */
export async function schemas(observer: Session): Promise<Finding[]> {
  const check = "schemas";
  const login = await readLogin(observer);
  if (login.might === null) return [ok(check, `${login.name} is an ordinary role`)];
  const used = await observer.query<{ name: string }>(
    `SELECT nspname AS name FROM pg_namespace
      WHERE nspname = 'public' OR oid >= 16384 AND EXISTS (
            SELECT FROM pg_class WHERE relnamespace = pg_namespace.oid AND relkind IN ('r', 'p', 'm'))
      ORDER BY nspname <> 'public', nspname`,
  );
  const names = used.map(({ name }) => name).filter((name) => !/^pg_(temp|toast)/.test(name));
  const open = await openSchemas(observer, names);
  const who = `${login.name} (${login.might})`;
  if (open.length === 0)
    return [ok(check, `nobody with fewer rights than ${who} may create in any`)];
  const revokes = revokesOf(open);
  return [
    warning(
      check,
      `others may create where ${who} looks for functions (${writersOf(open)}): ` +
        "queries are not measured there",
      [
        ...(revokes.length > 0 ? [revokes.join(" ")] : []),
        ...(revokes.length < open.length ? ["connect as an ordinary role"] : []),
      ].join("; or "),
    ),
  ];
}
