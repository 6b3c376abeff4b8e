import { type ChildProcess, spawn } from "node:child_process";

/**
 * Runs a shell script once this process has ended, however it ended: the script's standard input is
 * a pipe that only we hold open. Exit handlers would miss SIGKILL, and signal handlers would
 * interfere with the program. In the script, $subject is the last thing it was told.
 */
export class Watchdog {
  readonly #shell: ChildProcess;

  constructor(script: string, args: string[] = []) {
    const loop = "subject=\nwhile read -r line; do subject=$line; done\n";
    this.#shell = spawn("/bin/sh", ["-c", loop + script, "watchdog", ...args], {
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      // Its own session, which the terminal's Ctrl-C does not reach.
      detached: true,
    });
    this.#shell.unref();
    this.#shell.stdin?.on("error", () => {});
    (this.#shell.stdin as unknown as { unref(): void }).unref();
  }

  tell(subject: string): void {
    this.#shell.stdin?.write(`${subject}\n`);
  }

  /** Ends the watch without running the script. */
  cancel(): void {
    this.#shell.kill("SIGKILL");
  }

  /** Runs the script now. */
  trigger(): void {
    this.#shell.stdin?.end();
  }
}

const STOP_SERVER = `
if [ -n "$subject" ]; then
  kill -INT "$subject"
  n=0
  while kill -0 "$subject" 2>/dev/null && [ $n -lt 50 ]; do
    # Ended, but still in the table until whoever inherited it looks.
    grep -q '^State:.Z' "/proc/$subject/status" 2>/dev/null && break
    n=$((n + 1))
    sleep 0.1
  done
  kill -QUIT "$subject" 2>/dev/null && sleep 1
fi
[ -z "$1" ] || rm -rf "$1"
`;

/** Stops the server it is told about, and removes its folder if that is temporary. */
export class ServerWatchdog extends Watchdog {
  constructor(temporary: string | undefined) {
    super(STOP_SERVER, [temporary ?? ""]);
  }

  watch(server: ChildProcess): void {
    this.tell(String(server.pid ?? ""));
    server.once("exit", () => this.tell(""));
  }
}
