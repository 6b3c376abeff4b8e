import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** A process's descendants. */
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

/** A process's command line; undefined if it is gone. */
export function commandOf(pid: number): string | undefined {
  const { stdout } = spawnSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" });
  return stdout.trimEnd() || undefined;
}

/** The dynamic-provider processes of a running Pulumi command, one per `Connection`. */
export function providersOf(pid: number): number[] {
  return processesBelow(pid)
    .filter(({ command }) => command.includes("/dynamic-provider"))
    .map((each) => each.pid);
}

/** Sends SIGKILL to each that is still alive. */
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

/** A process's peak resident memory, in MB; 0 if it has ended, or there is no /proc. */
export function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
