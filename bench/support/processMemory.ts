import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** The most that the processes below one have had in memory, in bytes, by kind. */
export interface PeakMemory {
  readonly program: number;
  readonly provider: number;
  /** Of all processes together, where the system has /proc: on a busy machine it tells more than time. */
  readonly cpuSeconds: number;
}

const SAMPLE_MS = 250;
const run = promisify(execFile);

/** Watches a Pulumi command: its program's process, and those of its dynamic provider together. */
export function watchMemory(pid: number): { stop(): PeakMemory } {
  const peak = { program: 0, provider: 0 };
  const ticks = new Map<number, number>();
  let isOver = false;
  const sample = async () => {
    const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid=,rss=,args="], {
      maxBuffer: 2 ** 26,
    });
    const below = descendants(stdout, pid);
    const kib = (part: string) =>
      below.filter(({ command }) => command.includes(part)).reduce((sum, { rss }) => sum + rss, 0);
    peak.program = Math.max(peak.program, kib("/cmd/run") * 1024);
    peak.provider = Math.max(peak.provider, kib("/dynamic-provider") * 1024);
    for (const each of [pid, ...below.map((process) => process.pid)])
      ticks.set(each, Math.max(ticks.get(each) ?? 0, ticksOf(each)));
  };
  const watch = async () => {
    while (!isOver) {
      await sample().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  };
  void watch();
  return {
    stop: () => {
      isOver = true;
      const all = [...ticks.values()].reduce((sum, each) => sum + each, 0);
      return { ...peak, cpuSeconds: all / TICKS };
    },
  };
}

/** sysconf(_SC_CLK_TCK), which Linux fixes for what it shows. */
const TICKS = 100;

/** utime and stime: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function ticksOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

interface Row {
  readonly pid: number;
  readonly parent: number;
  readonly rss: number;
  readonly command: string;
}

function descendants(table: string, pid: number): Row[] {
  const rows = [...table.matchAll(/^ *(\d+) +(\d+) +(\d+) (.*)$/gm)].map(([, ...columns]) => ({
    pid: Number(columns[0]),
    parent: Number(columns[1]),
    rss: Number(columns[2]),
    command: columns[3] ?? "",
  }));
  const below = (parent: number): Row[] =>
    rows.filter((each) => each.parent === parent).flatMap((each) => [each, ...below(each.pid)]);
  return below(pid);
}
