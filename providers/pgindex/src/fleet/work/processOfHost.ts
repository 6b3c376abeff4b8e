import { hostname } from "node:os";
import { isRunning } from "../../engine/operation/processes";

/** A process, and the machine that it is on. */
export interface ProcessOfHost {
  readonly host: string;
  readonly pid: number;
}

/** Whether it was on this machine and is no more. */
export function isOfNobody({ host, pid }: ProcessOfHost): boolean {
  return host === hostname() && !isRunning(pid);
}
