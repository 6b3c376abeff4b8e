import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { readIncluded } from "./includedFile";
import { type Origin, originsOf, placeAt, putIn } from "./origin";

/** graphile-migrate's own pattern: it stands in `current.sql`; a committed migration has the text. */
const INCLUDE = /^--![ \t]*include[ \t]+(.*\.sql)[ \t\r]*$/;

/** A script whose includes are replaced by the files' text. */
export interface Included {
  readonly sql: string;
  /** Undefined where nothing is included. */
  readonly origins?: readonly Origin[];
}

/**
 * Replaces each `--!include` by the file of that name in `fixtures/`, beside the migrations.
 *
 * @see https://github.com/graphile/migrate#including-external-files-in-the-current-migration
 */
export function withGraphileIncludes(file: string, text: string): Included {
  let lines = text.split("\n");
  if (!lines.some((line) => INCLUDE.test(line))) return { sql: text };
  let origins: readonly Origin[] = originsOf(file, text);
  let above: readonly (readonly string[])[] = lines.map(() => [resolve(file)]);
  const fixtures = fixturesOf(file);
  for (let at = 0; at < lines.length; at += 1) {
    const name = INCLUDE.exec(lines[at] ?? "")?.[1];
    if (name === undefined) continue;
    const place = placeAt({ title: file, origins }, at + 1);
    const candidates = [join(fixtures, name)];
    const found = readIncluded({
      place,
      name,
      candidates,
      within: existsSync(fixtures) ? [fixtures] : [],
      above: above[at] ?? [],
    });
    const inner = found.sql.split("\n");
    const around = [...(above[at] ?? []), found.path];
    origins = putIn(origins, at, found);
    above = [...above.slice(0, at), ...inner.map(() => around), ...above.slice(at + 1)];
    lines = [...lines.slice(0, at), ...inner, ...lines.slice(at + 1)];
    at -= 1;
  }
  return { sql: lines.join("\n"), origins };
}

/** Of `migrations/current.sql`, `migrations/current/1.sql`: `migrations/fixtures`. */
function fixturesOf(file: string): string {
  const beside = dirname(resolve(file));
  const places = [beside, dirname(beside)].map((folder) => join(folder, "fixtures"));
  return places.find((folder) => existsSync(folder)) ?? join(beside, "fixtures");
}
