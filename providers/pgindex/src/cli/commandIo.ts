import { printable } from "../engine/text/printable";

/** What a command knows of the process that it runs in. */
export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Puts text in the place of what it has shown before; only a terminal can do that. */
  readonly redraw?: (text: string) => void;
  /** Resolves when the user wants a command that serves to end. */
  readonly stopped?: () => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Text for people, safe for their terminal, without anything that may be a URL with a password in
 * it.
 */
export function redact(text: string): string {
  return printable(text).replaceAll(/[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, "(a URL, not shown)");
}
