/**
 * Commands of psql that make and drop nothing in the database: what pg_dump writes, and what only
 * prints or sets.
 *
 * @see https://www.postgresql.org/docs/current/app-psql.html
 */
const HARMLESS: ReadonlySet<string> = new Set([
  ..."restrict unrestrict echo qecho warn timing pset encoding set unset prompt".split(" "),
  ..."a C f H t T x o errverbose conninfo password setenv title".split(" "),
]);

/** `\d`, `\dt+`, `\l`, `\z`: they show something. */
const SHOWING = /^(d[A-Za-z]*|l|z|sf|sv)$/;

export type PsqlCommand = "harmless" | "connect" | "refused";

export function psqlCommand(name: string): PsqlCommand {
  if (name === "c" || name === "connect") return "connect";
  return HARMLESS.has(name) || SHOWING.test(name) ? "harmless" : "refused";
}

/** What a command that is not followed does. */
export const REFUSED_COMMANDS: Readonly<Record<string, string>> = {
  i: "it runs another file",
  ir: "it runs another file",
  include: "it runs another file",
  include_relative: "it runs another file",
  if: "what follows runs on a condition that only psql can tell",
  elif: "what follows runs on a condition that only psql can tell",
  else: "what follows runs on a condition that only psql can tell",
  endif: "what precedes runs on a condition that only psql can tell",
  gexec: "it runs the rows of a query as statements",
  gset: "it sets variables from a query",
  q: "psql ends here, and does not run what follows",
  quit: "psql ends here, and does not run what follows",
  copy: "data may follow that are no SQL",
};
