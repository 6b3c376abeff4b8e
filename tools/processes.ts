import { execFileSync, spawnSync } from "node:child_process";

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** The processes that a process has started, directly or not. */
export function processesBelow(pid: number): Process[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const processes = [...table.matchAll(/^ *(\d+) +(\d+) (.*)$/gm)].map(([, ...columns]) => ({
    pid: Number(columns[0]),
    parent: Number(columns[1]),
    command: columns[2] ?? "",
  }));
  const below = (parent: number): Process[] =>
    processes
      .filter((each) => each.parent === parent)
      .flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}

/** The command line of a process; nothing when it is gone. */
export function commandOf(pid: number): string | undefined {
  const { stdout } = spawnSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" });
  return stdout.trimEnd() || undefined;
}

/** The dynamic-provider processes of a Pulumi command that runs, one for each `Connection`. */
export function providersOf(pid: number): number[] {
  return processesBelow(pid)
    .filter(({ command }) => command.includes("/dynamic-provider"))
    .map((each) => each.pid);
}

/** SIGKILL for each, whoever of them still lives. */
export function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
