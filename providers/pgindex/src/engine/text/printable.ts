/**
 * Control characters but the end of a line and the tab, those that reorder text on a display
 * ("Trojan Source", CVE-2021-42574), and the two that only JavaScript takes for the end of a line.
 */
const UNPRINTABLE = /[^\P{Cc}\n\t]|\p{Bidi_Control}|[\u2028\u2029]/gu;

/**
 * Text that cannot steer the terminal it is shown on: names, comments, statements of other sessions
 * and the server's messages are whatever somebody has put into the database. What is escaped reads
 * the same in JSON and in TypeScript's strings.
 *
 * @example printable("\u001b[2Jgone") // "\\u001b[2Jgone"
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/**
 * As {@link printable}, and on one line, so that a name cannot pretend to be the next line of a
 * message.
 */
export function oneLine(text: string): string {
  return printable(text).replaceAll("\n", "\\n");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
