import type { IndexOnTable } from "../catalog/indexTree";
import { type Advice, PgIndexError } from "../errors/advice";
import { harmlessHints, harmlessText, sqlState } from "../errors/sqlstate";
import type { ParsedQuery } from "./servedQueries";

const FIXES: Readonly<Record<string, string>> = {
  "42P01": "check the table's name, or add its schema to searchPath",
  "42703": "check the column's spelling; without quotes PostgreSQL reads names in lower case",
  "42883": "check the function's name and argument types, or add its schema to searchPath",
  "42P18": "give the parameter a type, such as $1::uuid",
  "42725": "give the parameters types, such as $1::uuid",
  "42501": "run: GRANT SELECT ON the table TO the role that pgindex connects as",
  "25006": "measure a SELECT that changes nothing",
  "57014": "run pulumi up again: somebody cancelled the query",
  "57P01": "run pulumi up again: somebody ended the session or is restarting the server",
};

/**
 * The error for a query, or the SELECT that finds its values, that the server refused. Undefined if
 * the error did not come from the server.
 */
export function queryFailed(
  query: ParsedQuery,
  index: IndexOnTable,
  error: unknown,
): PgIndexError | undefined {
  const state = sqlState(error);
  if (state === undefined) return undefined;
  const text = harmlessText(error);
  const isHarmless = text !== undefined;
  const advice: Advice = {
    what:
      `cannot measure query "${query.name}" of index ${index.schema}.${index.name}: ` +
      (text ?? "the server refused a value"),
    why: isHarmless
      ? [`SQLSTATE ${state}`, ...harmlessHints(error), "nothing was changed"].join("; ")
      : `SQLSTATE ${state} (https://www.postgresql.org/docs/current/errcodes-appendix.html); ` +
        "its message is hidden because it can quote a row's data",
    fix: FIXES[state] ?? fixOf(query, isHarmless),
  };
  return new PgIndexError(advice, isHarmless ? { cause: error } : undefined);
}

function fixOf(query: ParsedQuery, isHarmless: boolean): string {
  if (isHarmless) return "try the query in psql and correct its sql";
  return query.sample
    ? "check that sample returns, for each $n, a value of the type that sql compares it with"
    : "check that values has, for each $n, a value of the type that sql compares it with";
}

/** The error when the SELECT that finds values exceeds the timeout. */
export function sampleTimedOut(query: ParsedQuery, index: IndexOnTable): PgIndexError {
  return new PgIndexError({
    what:
      `cannot measure query "${query.name}" of index ${index.schema}.${index.name}: ` +
      `its sample did not end within ${query.timeoutMs} ms`,
    why:
      "sample finds the values for the query and has the same timeout as the query; " +
      "nothing was changed",
    fix: "make sample read less: add a LIMIT, and avoid an ORDER BY that sorts the table",
    otherwise: "give values, or a longer timeout",
  });
}
