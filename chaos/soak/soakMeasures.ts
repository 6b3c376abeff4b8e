import { readdirSync } from "node:fs";
import type pg from "pg";
import type { Measure } from "./growth.ts";

export type Sample = Readonly<Record<string, number>>;

/** Measures of the process that runs the engine, after garbage collection. */
export const MEMORY: readonly Measure[] = [
  { name: "resident set", unit: "MB", tolerance: 8, share: 0.06 },
  { name: "heap", unit: "MB", tolerance: 1, share: 0.04 },
  { name: "external memory", unit: "MB", tolerance: 1, share: 0.1 },
  { name: "open handles", unit: "", tolerance: 0.5 },
  { name: "file descriptors", unit: "", tolerance: 0.5 },
  { name: "listeners of the cancel signal", unit: "", tolerance: 0.5 },
];

/** Measures of each `pulumi` command's provider. */
export const PROVIDER: readonly Measure[] = [
  { name: "provider's peak memory", unit: "MB", tolerance: 8, share: 0.08 },
];

/** Measures of the database and the folder for temporary files, while nothing is running. */
export const DATABASE: readonly Measure[] = [
  { name: "connections", unit: "", tolerance: 0.5 },
  { name: "advisory locks", unit: "", tolerance: 0.5 },
  { name: "temporary files", unit: "", tolerance: 0.5 },
  { name: "rows of pg_class", unit: "", tolerance: 0.5 },
  { name: "rows of pg_attribute", unit: "", tolerance: 0.5 },
  { name: "rows of pg_depend", unit: "", tolerance: 0.5 },
  { name: "catalog after vacuum", unit: "kB", tolerance: 256, share: 0.02 },
];

const CATALOG = ["pg_class", "pg_attribute", "pg_depend", "pg_index", "pg_type", "pg_statistic"];

/**
 * Samples a database and `temporary`, the folder the measured processes use for temporary files.
 */
export async function sampleDatabase(client: pg.Client, temporary: string): Promise<Sample> {
  for (const table of CATALOG) await client.query(`VACUUM ${table}`);
  const { rows } = await client.query<Sample>(
    `SELECT (SELECT count(*) FROM pg_stat_activity
              WHERE datname = current_database()
                AND application_name LIKE 'pgindex%')::int AS "connections",
            (SELECT count(*) FROM pg_locks
              WHERE locktype = 'advisory'
                AND database = (SELECT oid FROM pg_database
                                 WHERE datname = current_database()))::int AS "advisory locks",
            (SELECT count(*) FROM pg_class)::int AS "rows of pg_class",
            (SELECT count(*) FROM pg_attribute)::int AS "rows of pg_attribute",
            (SELECT count(*) FROM pg_depend)::int AS "rows of pg_depend",
            (SELECT sum(pg_total_relation_size(oid)) / 1024 FROM pg_class
              WHERE relname = ANY($1) AND relnamespace = 'pg_catalog'::regnamespace)::int
              AS "catalog after vacuum"`,
    [CATALOG],
  );
  const files = readdirSync(temporary, { recursive: true }).length;
  return { ...(rows[0] as Sample), "temporary files": files };
}
