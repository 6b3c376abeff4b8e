import { databaseOf } from "./engine/session/database";
import { endpointOf, type MigrationHealthEndpoint } from "./health/endpoint";
import { HealthLook } from "./health/healthLook";
import { loadState } from "./health/loadState";
import { healthSettings, type MigrationHealthOptions } from "./health/options";

export { type MigrationHealth, migrationHealthSchema, type QueryHealth } from "./health/answer";
export type { HealthHandlers, MigrationHealthEndpoint } from "./health/endpoint";
export type { MigrationHealthOptions } from "./health/options";
export type { HealthRequest, HealthResponse } from "./health/respond";

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
  const database = databaseOf({ url: url || undefined, allowPooler });
  const look = new HealthLook(database, loadState(options.state), settings);
  const earlier = options.earlierState ? loadState(options.earlierState) : undefined;
  return endpointOf(look, settings, { earlier, soak: settings.soak });
}
