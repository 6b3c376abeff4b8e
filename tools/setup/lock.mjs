import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withProgress } from "./progress.mjs";

/**
 * Lets one process at a time do `work`. A process that had to wait must check again whether the
 * work is still needed. A lock whose owner died is taken over. Taking over can race, so the work
 * must tolerate two at the same time (it ends in an atomic rename).
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  if (!take(path)) {
    await withProgress(
      `waiting for another set-up (process ${owner(path) ?? "unknown"})`,
      async () => {
        while (!take(path)) await sleep(200);
      },
    );
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const pid = owner(path);
  if (pid !== undefined && !alive(pid)) rmSync(path, { force: true });
  return false;
}

function owner(path) {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
