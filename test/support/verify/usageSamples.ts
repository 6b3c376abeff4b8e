import {
  type AccountedUsage,
  NO_USAGE,
} from "../../../providers/pgindex/src/engine/verify/usage.ts";

export const HOUR = 3_600_000;
export const START = Date.parse("2026-11-01T00:00:00Z");
export const at = (hour: number) => new Date(START + hour * HOUR).toISOString();
export const usage = (change: Partial<AccountedUsage> = {}): AccountedUsage => ({
  ...NO_USAGE,
  countersSince: at(-1),
  ...change,
});
export const eu = { name: "eu", scans: 4, countersSince: at(-1) };
