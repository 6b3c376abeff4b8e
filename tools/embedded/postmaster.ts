import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "./serverAccount.ts";
import type { Binaries } from "./serverBinaries.ts";
import { type Cluster, environment } from "./serverCluster.ts";
import type { ServerWatchdog } from "./watchdog.ts";

const READY_WITHIN = 60_000;
const STOPPED_WITHIN = 60_000;

/**
 * `fast` ends every session and shuts down cleanly; `immediate` is a crash, with recovery at the
 * next start.
 */
export type Shutdown = "fast" | "immediate";

export interface Launch {
  readonly home: Cluster;
  readonly settings: Readonly<Record<string, string | number>>;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly watchdog: ServerWatchdog;
}

export async function startPostmaster(launch: Launch, port: number): Promise<ChildProcess> {
  const { data, log } = launch.home;
  const server = spawnPostmaster(launch, port);
  launch.watchdog.watch(server);
  let failure: string | undefined;
  server.once("error", (error) => {
    failure = error.message;
  });
  const deadline = Date.now() + READY_WITHIN;
  while (!ready(data, server.pid)) {
    if (
      failure === undefined &&
      server.exitCode === null &&
      server.signalCode === null &&
      Date.now() < deadline
    ) {
      await sleep(10);
      continue;
    }
    if (server.exitCode === null) server.kill("SIGQUIT");
    throw new Error(`PostgreSQL did not start on port ${port}: ${failure ?? tail(log)}`);
  }
  server.unref();
  return server;
}

function spawnPostmaster(
  { home: { data, log }, settings, binaries, account }: Launch,
  port: number,
): ChildProcess {
  const output = openSync(log, "a", 0o600);
  const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const server = spawn(
    join(binaries.folder, "bin", "postgres"),
    ["-D", data, "-p", String(port), ...options],
    {
      ...account,
      cwd: "/",
      env: environment,
      // Out of reach of the terminal's Ctrl-C: whoever started it stops it, after their own
      // clean-up.
      detached: true,
      stdio: ["ignore", output, output],
    },
  );
  closeSync(output);
  return server;
}

/** The server writes its state to the eighth line of its pid file. */
function ready(data: string, pid: number | undefined): boolean {
  const lines = pidFile(data);
  return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
}

/** The process running on this data, according to its pid file and command line. */
export function runningOn(data: string): number | undefined {
  const pid = Number(pidFile(data)[0]);
  if (!pid) return undefined;
  return commandLine(pid).includes(data) ? pid : undefined;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return spawnSync("ps", ["-p", String(pid), "-o", "args="], { encoding: "utf8" }).stdout ?? "";
  }
}

function pidFile(data: string): string[] {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return [];
  }
}

export async function stopPostmaster(server: ChildProcess, how: Shutdown): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.ref();
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
  const forced = setTimeout(() => server.kill("SIGQUIT"), STOPPED_WITHIN);
  await exited;
  clearTimeout(forced);
}

function tail(log: string): string {
  return `\n${readFileSync(log, "utf8").trim().split("\n").slice(-8).join("\n")}`;
}
