import { join, relative } from "node:path";

export const STACKS = ["staging", "production"] as const;
export type StackName = (typeof STACKS)[number];

export const ROOT = join(import.meta.dirname, "..");

/** Everything a run writes except its report; Git ignores both. */
export const PLACE = join(ROOT, ".pgindex/demo");
/** Kept when the rest is removed. */
export const REPORT = join(ROOT, ".pgindex/report.html");
export const LOGS = join(PLACE, "logs");
/** Pulumi's local backend. */
export const STATE = join(PLACE, "state");
/** The variables a shell needs to continue where the demonstration stopped. */
export const ENVIRONMENT = join(PLACE, "env");
/** A copy of the committed file, so this run's configuration stays its own. */
export const configFile = (stack: StackName) => join(PLACE, `Pulumi.${stack}.yaml`);

/** The path as people type it in the clone. */
export const shownPath = (path: string) => relative(ROOT, path);
