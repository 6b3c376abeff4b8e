import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { parse } from "ini";
import { PgIndexError } from "../errors/advice";
import type { Parameters } from "./environment";
import { missingServiceAdvice } from "./parameterMessages";

/**
 * The parameters of a connection service: the section of that name in `PGSERVICEFILE` (default
 * `~/.pg_service.conf`), else in `pg_service.conf` in the folder `PGSYSCONFDIR`. Throws
 * {@link PgIndexError} if neither has it.
 *
 * @see https://www.postgresql.org/docs/current/libpq-pgservice.html
 */
export function readService(name: string): Parameters {
  const files = serviceFiles();
  for (const file of files.filter((path) => existsSync(path))) {
    const service = parse(literalValues(readFileSync(file, "utf8")))[name];
    if (service !== null && typeof service === "object") return service;
  }
  throw new PgIndexError(missingServiceAdvice(name, files));
}

function serviceFiles(): string[] {
  const { PGSERVICEFILE, PGSYSCONFDIR } = process.env;
  const own = PGSERVICEFILE || join(homedir(), ".pg_service.conf");
  return PGSYSCONFDIR ? [own, join(PGSYSCONFDIR, "pg_service.conf")] : [own];
}

/**
 * libpq takes a value literally, without quotes or trailing comments. Quotes what the INI parser
 * would interpret (a password can have any character), and escapes the dots of a section's name.
 */
function literalValues(text: string): string {
  return text
    .replace(/^\s*\[(.*)\]\s*$/gm, (_, section: string) => `[${section.replaceAll(".", "\\.")}]`)
    .replace(
      /^\s*([^#[=\s]+)=(.*)$/gm,
      (_, key: string, value: string) => `${key}=${JSON.stringify(value.trimEnd())}`,
    );
}
