import type { Advice, Problem } from "../../engine/errors/advice";

/** All messages about the settings of a Connection, the stack and the environment. */

/** Only short, simple values are shown: a misplaced URL can contain a password. */
const SHOWN = /^[\w .-]{1,40}$/;

/** Secret settings. */
const SECRET: readonly string[] = ["replicas"];

/** Advice about all problems with the settings. */
export function unreadableSettingsAdvice(
  problems: readonly Problem[],
  texts: Readonly<Record<string, string | undefined>>,
): Advice {
  const [it, applies] = problems.length === 1 ? ["it", "applies"] : ["they", "apply"];
  return {
    what: problems
      .map(({ path, message }) => `pgindex:${path} ${shown(path, texts[path])} ${message}`)
      .join("; "),
    why:
      `${it} ${applies} to every operation on this database, ` +
      `so nothing starts before ${it} can be read`,
    fix: problems
      .map(({ path, fix }) => `${fix}: ${command(path)}, or the argument of the Connection`)
      .join("; "),
  };
}

function shown(name: string, text = ""): string {
  const isSecret = SECRET.includes(name) || !SHOWN.test(text);
  return isSecret ? "(hidden: it can contain passwords)" : `"${text}"`;
}

function command(name: string): string {
  return `pulumi config set ${SECRET.includes(name) ? "--secret " : ""}pgindex:${name} …`;
}
