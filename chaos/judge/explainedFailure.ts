/** What others did while a command ran that it may rightly be refused for. */
export interface Circumstances {
  /** Our names that another tool had its hands on. */
  readonly disturbed: readonly string[];
  /** Whether another tool detached a partition. */
  readonly detaching: boolean;
}

/** What Pulumi says when anything has failed. */
const GENERAL = /^error: (update failed|resource .* failed|.*one or more errors occurred)/i;

/** By the change itself, or by Pulumi's check before it. */
const REFUSED = "^error: (?:.* has a problem: )?refused";

/** A partition that is detached in the middle of a build ends that build. */
const DETACHED = /was detached from app\.\w+ meanwhile/;

/**
 * Whether every error of a command is a refusal to touch what another tool has put under a name of
 * ours, or is due to a partition that is gone. One that is not makes the whole command unexplained.
 */
export function isExplained(text: string, { disturbed, detaching }: Circumstances): boolean {
  const errors = errorLines(text).filter((line) => !GENERAL.test(line));
  const isRight = (line: string) =>
    disturbed.some((name) => isRefusalOf(line, name)) || (detaching && DETACHED.test(line));
  return errors.length > 0 && errors.every(isRight);
}

function isRefusalOf(line: string, name: string): boolean {
  const index = `index app\\.${name}\\b`;
  return new RegExp(
    `${REFUSED}( to drop ${index}|: ${index}.* exists with another definition)`,
  ).test(line);
}

/** The names of our indexes that a command was refused for. */
export function refusedNames(text: string): string[] {
  const refusal = new RegExp(`${REFUSED}(?: to drop|:) index app\\.(\\w+)`);
  return errorLines(text).flatMap((line) => refusal.exec(line)?.[1] ?? []);
}

/** A command's errors, each with its reason: a detached partition is told there. */
function errorLines(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.flatMap((line, i) => {
    if (!line.startsWith("error: ")) return [];
    const next = lines[i + 1] ?? "";
    return next.startsWith("why: ") ? `${line} ${next}` : line;
  });
}

/** The lines that say what went wrong. */
export function errorsOf(text: string): string {
  const lines = text.split("\n").filter((line) => /error|refused|Diagnostics|cannot/i.test(line));
  return lines.slice(0, 12).join("\n    ");
}
