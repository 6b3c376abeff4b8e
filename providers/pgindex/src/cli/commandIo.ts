import { URL_EXAMPLE } from "../engine/connection/url/urlMessages";
import { printable } from "../engine/text/printable";

/** A command's access to its process. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Replaces the text shown before; only available on a terminal. */
  readonly redraw?: (text: string) => void;
  /** Resolves when the user asks a serving command to stop. */
  readonly stopped?: () => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
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
