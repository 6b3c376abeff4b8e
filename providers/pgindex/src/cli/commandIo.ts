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
  return printable(text).replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, "(a URL, not shown)");
}
