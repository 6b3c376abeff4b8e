import { join, relative } from "node:path";

export const STACKS = ["staging", "production"] as const;
export type StackName = (typeof STACKS)[number];

export const ROOT = join(import.meta.dirname, "..");

/** Everything that a run writes but its report; git ignores both. */
export const PLACE = join(ROOT, ".pgindex/demo");
/** Stays when the rest goes. */
export const REPORT = join(ROOT, ".pgindex/report.html");
export const LOGS = join(PLACE, "logs");
/** Pulumi's local backend. */
export const STATE = join(PLACE, "state");
/** What a shell needs to go on where the demonstration stopped. */
export const ENVIRONMENT = join(PLACE, "env");
/** A copy of the committed file: what this run configures is nobody else's. */
export const configFile = (stack: StackName) => join(PLACE, `Pulumi.${stack}.yaml`);

/** As people type it, standing in the clone. */
export const shownPath = (path: string) => relative(ROOT, path);
