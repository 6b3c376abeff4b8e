import { hostname } from "node:os";

/** A process, and the machine that it is on. */
export interface ProcessOfHost {
  readonly host: string;
  readonly pid: number;
}

/** Whether it was on this machine and is no more. */
export function isOfNobody({ host, pid }: ProcessOfHost): boolean {
  return host === hostname() && !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
