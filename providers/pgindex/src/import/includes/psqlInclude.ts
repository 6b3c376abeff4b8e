import { dirname, resolve } from "node:path";
import { type IncludedFile, projectOf, readIncluded } from "./includedFile";

/** psql's `\i` and `\ir`, whose file is named as it stands, or in single quotes. */
const COMMAND =
  /^\\(i|ir|include|include_relative)[ \t]+(?:'([^'\n]+)'|([^\s'"`:\\|;]+))[ \t\r]*;?$/;

/** The scripts around a line: the outermost first. */
export type Around = readonly string[];

/**
 * The file that a line for psql includes; undefined if it is another command, or a name that only
 * psql can tell. `\i` looks in the folder that psql runs in, `\ir` in that of the script.
 *
 * @see https://www.postgresql.org/docs/current/app-psql.html
 */
export function psqlInclude(line: string, place: string, around: Around): IncludedFile | undefined {
  const [, command = "", quoted, plain] = COMMAND.exec(line) ?? [];
  const name = quoted ?? plain;
  const [outer] = around;
  const inner = around.at(-1);
  if (name === undefined || outer === undefined || inner === undefined) return undefined;
  const beside = resolve(dirname(inner), name);
  const isRelative = command === "ir" || command === "include_relative";
  const candidates = isRelative ? [beside] : [resolve(name), resolve(dirname(outer), name)];
  const file = readIncluded({ place, name, candidates, within: projectOf(outer), above: around });
  // psql sends the last statement of a file also without a semicolon.
  return { ...file, sql: `${file.sql}\n;` };
}
