/**
 * Control characters other than newline and tab, characters that reorder text on a display
 * ("Trojan Source", CVE-2021-42574), and the two that only JavaScript treats as line ends.
 */
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u2028\u2029]/gu;

/**
 * Escapes characters that could control the terminal: names, comments, other sessions' statements
 * and server messages hold whatever somebody put into the database. The escapes read the same in
 * JSON and in TypeScript strings.
 *
 * @example printable("\u001b[2Jgone") // "\\u001b[2Jgone"
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/**
 * As {@link printable}, but on one line: a name cannot pretend to be the next line of a message.
 */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

const LONGEST = 120;

/** On one line, without runs of white space, and cut after so many characters. */
export function shortened(text: string, longest: number = LONGEST): string {
  const line = oneLine(text.trim().replaceAll(/\s+/g, " "));
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
