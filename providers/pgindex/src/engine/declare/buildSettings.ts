import { z } from "zod";
import { issueMessage } from "../input/parse";

/** The declared settings of the session that builds; a setting that is left out stays the server's. */
export interface BuildSettings {
  /** In kB, the unit of `maintenance_work_mem`. */
  readonly maintenanceWorkMem?: number;
  /** `max_parallel_maintenance_workers` */
  readonly parallelWorkers?: number;
}

const UNITS: Readonly<Record<string, number>> = { kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 };

/** The range of `maintenance_work_mem` on every supported version. */
const MIN_KB = 1024;
const MAX_KB = 2 ** 31 - 1;

/** An amount of memory as PostgreSQL writes it, in kB. @example "2GB" // 2097152 */
const memory = z.string().transform((text, ctx) => {
  const [, number, unit = ""] = /^(\d+) ?(kB|MB|GB|TB)$/.exec(text) ?? [];
  const kilobytes = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (kilobytes >= MIN_KB && kilobytes <= MAX_KB) return kilobytes;
  ctx.addIssue(
    issueMessage(
      "is not an amount of memory from 1MB to 2047GB",
      'write a whole number with kB, MB, GB or TB, such as "2GB"',
    ),
  );
  return z.NEVER;
});

/**
 * An amount of memory as one writes it in `maintenanceWorkMem`, rounded up.
 *
 * @example memorySetting(29.2 * 1024 ** 2) // "30MB"
 */
export function memorySetting(bytes: number): string {
  const megabytes = Math.max(1, Math.ceil(bytes / 1024 ** 2));
  return megabytes < 10_240 ? `${megabytes}MB` : `${Math.ceil(megabytes / 1024)}GB`;
}

/** PostgreSQL's own limit for any number of workers. */
const MAX_WORKERS = 1024;

/**
 * Parses the argument and the setting `buildSettings`.
 *
 * @internal
 */
export const buildSettings = z.strictObject({
  maintenanceWorkMem: memory.optional(),
  parallelWorkers: z
    .number()
    .int()
    .min(0)
    .max(MAX_WORKERS, issueMessage(`is above ${MAX_WORKERS}`, "2 to 8 is usual"))
    .optional(),
});

/**
 * What is set for the build, by the server's names.
 *
 * @example serverSettings({ parallelWorkers: 4 }) // { max_parallel_maintenance_workers: "4" }
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-resource.html#GUC-MAINTENANCE-WORK-MEM
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-NOTES
 */
export function serverSettings({
  maintenanceWorkMem,
  parallelWorkers,
}: BuildSettings): Readonly<Record<string, string>> {
  return {
    ...(maintenanceWorkMem !== undefined && { maintenance_work_mem: `${maintenanceWorkMem}kB` }),
    ...(parallelWorkers !== undefined && {
      max_parallel_maintenance_workers: String(parallelWorkers),
    }),
  };
}
