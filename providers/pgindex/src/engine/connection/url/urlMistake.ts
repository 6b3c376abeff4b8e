/** What is wrong with a text that should be a URL of PostgreSQL, without any part of it. */
export type UrlMistake =
  | { readonly kind: "quoted" | "space" | "keywords" | "command" | "assignment" }
  | { readonly kind: "placeholder" | "form" }
  /** `scheme`: one of those below, so it is nobody's password. */
  | { readonly kind: "scheme"; readonly scheme: string };

/** Other databases, drivers and tools have schemes of their own. */
const SCHEMES =
  /^(?:jdbc:|r2dbc:)?(?:postgres(?:ql)?|psql|pgsql|pg|postgis|ecto|cockroach(?:db)?|redshift|mysql|mariadb|mssql|sqlserver|sqlite|mongodb|redis|https?|file|tcp|prisma)(?:\+(?:psycopg2?(?:cffi)?|psycopg_async|asyncpg|pg8000|psycopg2binary|aiopg|postgres|srv|unix))?:/i;

const PLAIN = /^postgres(?:ql)?:\/\//i;

/** `key=value` of libpq, as other libraries want it: `host=… dbname=…`. */
const KEYWORDS =
  /^\s*(?:host|hostaddr|port|dbname|user|password|service|sslmode|server|database|user id)\s*=/i;

/** What a template or a provider's page leaves to be filled in. */
const PLACEHOLDER = /\$\{?\{?\s*\w+|\[YOUR[-_ ]PASSWORD\]|<(?:your[-_ ])?password>|\{\{/i;

/** The first mistake that a reader would find too; undefined for what begins as it should. */
export function urlMistake(text: string): UrlMistake | undefined {
  if (/^\s*psql\b/i.test(text) && !/^\s*psql:/i.test(text)) return { kind: "command" };
  if (/^\s*(?:export\s+)?[A-Z_][A-Z0-9_]*\s*=\s*["']?postgres/i.test(text))
    return { kind: "assignment" };
  // In options, a quote can be the last character.
  const isEndQuoted = /["'`]\s*$/.test(text) && !text.includes("?");
  if (/^\s*["'`]/.test(text) || isEndQuoted) return { kind: "quoted" };
  if (KEYWORDS.test(text)) return { kind: "keywords" };
  if (/^\s*\$|\[YOUR[-_ ]PASSWORD\]|<(?:your[-_ ])?password>/i.test(text))
    return { kind: "placeholder" };
  if (PLAIN.test(text)) return undefined;
  if (/^\s+postgres(?:ql)?:\/\//i.test(text)) return { kind: "space" };
  if (PLACEHOLDER.test(text)) return { kind: "placeholder" };
  if (/^\s*postgres(?:ql)?:/i.test(text)) return { kind: "form" };
  const scheme = SCHEMES.exec(text.trim())?.[0];
  return scheme ? { kind: "scheme", scheme } : { kind: "form" };
}
