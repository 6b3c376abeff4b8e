import { endpointOf, type MigrationHealthEndpoint } from "./health/healthEndpoint";
import { HealthProbe } from "./health/healthProbe";
import { healthSettings, type MigrationHealthOptions } from "./health/options";
import { loadStackState } from "./health/stackStateSource";

export {
  type MigrationHealth,
  migrationHealthSchema,
  type QueryHealth,
} from "./health/healthAnswer";
export type { HealthHandlers, MigrationHealthEndpoint } from "./health/healthEndpoint";
export type { HealthRequest, HealthResponse } from "./health/healthResponder";
export type { MigrationHealthOptions } from "./health/options";

/**
 * Makes the endpoint that tells whether the indexes which a stack has declared are valid, used, and
 * how fast their queries are. Throws an error with advice when the state cannot be read or the
 * token is too short.
 *
 * The catalog is asked at most once in `cacheSeconds`, and queries are measured at most once in
 * `measureSeconds`, however many requests come. 503 when an index is INVALID or missing or the
 * database cannot be asked, else 200.
 *
 * @example
 * const health = createMigrationHealth({ state: "state.json", token: process.env.HEALTH_TOKEN ?? "" });
 * app.get("/api/admin/migration-health", health.node); // Express
 * app.get("/api/admin/migration-health/report", health.report.node); // the same for people
 */
export function createMigrationHealth(options: MigrationHealthOptions): MigrationHealthEndpoint {
  const settings = healthSettings(options);
  const url = options.databaseUrl ?? process.env.DATABASE_URL;
  const { allowPooler } = settings;
  const target = { url: url || undefined, maxConcurrentBuilds: 1, allowPooler };
  const probe = new HealthProbe(target, loadStackState(options.state), settings);
  const earlier = options.earlierState ? loadStackState(options.earlierState) : undefined;
  return endpointOf(probe, settings, { earlier, soak: settings.soak });
}
