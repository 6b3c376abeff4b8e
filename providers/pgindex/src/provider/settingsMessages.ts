import type { Advice, Problem } from "../engine/errors/advice";

/** Every message about the settings of a Connection, of the stack and of the environment. */

/** A URL holds a password, and somebody may have put one where it does not belong. */
const SHOWN = /^[\w .-]{1,40}$/;

/** Settings that are secrets. */
const SECRET: readonly string[] = ["replicas"];

/** Everything that is wrong with the settings, at once. */
export function unreadableSettingsAdvice(
  problems: readonly Problem[],
  texts: Readonly<Record<string, string | undefined>>,
): Advice {
  const [it, holds] = problems.length === 1 ? ["it", "holds"] : ["they", "hold"];
  return {
    what: problems
      .map(({ path, message }) => `pgindex:${path} ${shown(path, texts[path])} ${message}`)
      .join("; "),
    why:
      `${it} ${holds} for everything that is done at this database, ` +
      `so nothing is begun before ${it} can be read`,
    fix: problems
      .map(({ path, fix }) => `${fix}: ${command(path)}, or the argument of the Connection`)
      .join("; "),
  };
}

function shown(name: string, text = ""): string {
  const isSecret = SECRET.includes(name) || !SHOWN.test(text);
  return isSecret ? "(not shown: it may hold passwords)" : `"${text}"`;
}

function command(name: string): string {
  return `pulumi config set ${SECRET.includes(name) ? "--secret " : ""}pgindex:${name} …`;
}
