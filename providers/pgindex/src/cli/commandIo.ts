import { URL_EXAMPLE } from "../engine/connection/url/urlMessages";
import { printable } from "../engine/text/printable";

/** What a colour means: as it should be, not so, or not yet. */
export type Style = "green" | "red" | "yellow";

/** A command's access to its process. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Columns of the terminal; undefined where the output is kept. */
  readonly width?: number;
  /** Colours a text for standard output, where that is wanted: not with NO_COLOR, not in a file. */
  readonly paint?: (style: Style, text: string) => string;
  /** Replaces the text shown before; only available on a terminal. */
  readonly redraw?: (text: string) => void;
  /** Asks the user a question; only available on a terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** Resolves when the user asks a serving command to stop. */
  readonly stopped?: () => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** As {@link Io.paint}, where there are no colours. */
export function plain(_style: Style, text: string): string {
  return text;
}

/**
 * Text that is safe to show in a terminal, with anything removed that could be a URL with a
 * password.
 */
export function redact(text: string): string {
  return printable(text).replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, (url) =>
    isOurs(url) ? url : "(a URL, not shown)",
  );
}

/** The example in our own advice, and pages of the two projects that it names. */
function isOurs(url: string): boolean {
  const bare = url.replace(/[:.,;)]+$/, "");
  return (
    bare === URL_EXAMPLE || /^https:\/\/www\.(postgresql\.org|pulumi\.com)\/[\w/.-]*$/.test(bare)
  );
}
