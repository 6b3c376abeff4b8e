import type { Advice, Problem } from "../../engine/errors/advice";
import { didYouMean } from "../../engine/text/similarNames";

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
      .map(({ path, message }) => `pgindex:${path} ${shown(path, textAt(path, texts))} ${message}`)
      .join("; "),
    why:
      `${it} ${applies} to every operation on this database, ` +
      `so nothing starts before ${it} can be read`,
    fix: problems
      .map(({ path, fix }) => `${fix}: ${command(path)}, or the argument of the Connection`)
      .join("; "),
  };
}

/** Arguments of the Connection that do not exist. Their values may be secrets. */
export function unknownArgumentsAdvice(
  unknown: readonly { readonly name: string; readonly meant: readonly string[] }[],
): Advice {
  const names = unknown.map(({ name }) => name).join(", ");
  const fixes = unknown.map(({ name, meant }) => `${name}: ${didYouMean(meant) ?? "remove it"}`);
  return {
    what: `refused: the Connection has no ${unknown.length === 1 ? "argument" : "arguments"} ${names}`,
    why: "what it was meant to set would not be set",
    fix: fixes.join("; "),
  };
}

/** A setting of the native provider that does not exist. Its value may be a secret. */
export function unknownSettingProblem(path: string, meant: readonly string[]): Problem {
  return { path, message: "is no setting of pgindex", fix: didYouMean(meant) ?? "remove it" };
}

/** Of `buildSettings.parallelWorkers`, what stands there in the JSON of `buildSettings`. */
function textAt(
  path: string,
  texts: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const [name = "", ...inner] = path.split(".");
  const text = texts[name];
  if (inner.length === 0 || text === undefined) return text;
  try {
    const value: unknown = inner.reduce((object, key) => object?.[key], JSON.parse(text));
    return value === undefined ? undefined : String(value);
  } catch {
    return undefined;
  }
}

function shown(name: string, text = ""): string {
  const isSecret = SECRET.includes(name) || !SHOWN.test(text);
  return isSecret ? "(hidden: it can contain passwords)" : `"${text}"`;
}

function command(name: string): string {
  const flags = [
    ...(SECRET.includes(name) ? ["--secret"] : []),
    ...(name.includes(".") ? ["--path"] : []),
  ];
  return ["pulumi config set", ...flags, `pgindex:${name} …`].join(" ");
}
