import { styleText } from "node:util";

const FIRST_AFTER_MS = 2_000;
const EVERY_MS = { live: 500, logged: 10_000 };

export type Detail = (text: string) => void;

interface Phase {
  readonly name: string;
  readonly startedAt: number;
  detail: string;
}

/**
 * What the watcher sees: lines that stay, and below them one that counts the seconds of slow work.
 */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #shown = false;
  #quietSince = 0;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    this.#live = out.isTTY === true;
  }

  /** True if a person is watching at a terminal. */
  get live(): boolean {
    return this.#live;
  }

  say(text = ""): void {
    this.#clear();
    this.#out.write(`${text}\n`);
    this.#quietSince = Date.now();
  }

  title(text: string): void {
    this.say(`\n${this.#styled("bold", text)}\n`);
  }

  /** A command, as the watcher would type it. */
  command(text: string): void {
    this.say(this.#styled("cyan", `  $ ${text}`));
  }

  /** A line of a command's output. */
  echo(line: string): void {
    this.say(line === "" ? "" : `    ${line}`);
  }

  /** Shows progress once the work has taken two seconds. */
  async during<T>(name: string, work: (detail: Detail) => Promise<T>): Promise<T> {
    const phase: Phase = { name, startedAt: Date.now(), detail: "" };
    this.#quietSince = phase.startedAt;
    const timer = setInterval(() => this.#tick(phase), EVERY_MS.live);
    try {
      return await work((text) => {
        phase.detail = text;
      });
    } finally {
      clearInterval(timer);
      this.#clear();
    }
  }

  #tick(phase: Phase): void {
    const now = Date.now();
    if (now - phase.startedAt < FIRST_AFTER_MS) return;
    const quiet = now - this.#quietSince;
    const isFirst = this.#quietSince === phase.startedAt;
    if (quiet < (this.#live || isFirst ? FIRST_AFTER_MS : EVERY_MS.logged)) return;
    const seconds = Math.round((now - phase.startedAt) / 1000);
    const line = `… ${[phase.name, phase.detail].filter(Boolean).join(": ")} (${seconds} s)`;
    if (this.#live) this.#draw(`  ${line}`);
    else this.say(`  ${line}`);
  }

  #draw(line: string): void {
    this.#clear();
    this.#out.write(line.slice(0, this.#out.columns - 1));
    this.#shown = true;
  }

  #clear(): void {
    if (!this.#shown) return;
    this.#out.clearLine(0);
    this.#out.cursorTo(0);
    this.#shown = false;
  }

  #styled(style: "bold" | "cyan", text: string): string {
    return styleText(style, text, { stream: this.#out });
  }
}
