import { type Parameters, readEnvironment } from "./environment";
import { readService } from "./serviceFile";
import { readUrl } from "./url/readUrl";

/**
 * The parameters to connect with. The URL takes precedence over the connection service, and that
 * over the environment. Throws {@link PgIndexError} for an unreadable URL or service, without
 * showing the URL.
 */
export function connectionParameters(url: string | undefined): Parameters {
  const written = url === undefined ? {} : readUrl(url);
  const environment = readEnvironment(process.env);
  const service = written.service ?? environment.service;
  return { ...environment, ...(service && readService(service)), ...written };
}
