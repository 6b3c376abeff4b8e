import { databaseOf } from "./engine/session/database";
import { healthSchema, type MigrationHealth, type Schema } from "./health/healthAnswer";
import { endpointOf, type MigrationHealthEndpoint } from "./health/healthEndpoint";
import { HealthProbe } from "./health/healthProbe";
import { healthSettings, type MigrationHealthOptions } from "./health/options";
import { followState } from "./health/stackStateSource";

export type {
  BuildHealth,
  IndexHealth,
  MigrationHealth,
  QueryHealth,
  Schema,
} from "./health/healthAnswer";
export type { HealthHandlers, MigrationHealthEndpoint } from "./health/healthEndpoint";
export type { HealthRequest, HealthResponse } from "./health/healthResponder";
export type { MigrationHealthOptions } from "./health/options";

/**
 * The endpoint's response, for programs that read it.
 *
 * @example
 * const { indexes } = migrationHealthSchema.parse(await response.json());
 */
export const migrationHealthSchema: Schema<MigrationHealth> = healthSchema;

/**
 * Creates an endpoint that reports whether the indexes a stack has declared are valid and used, and
 * how fast their queries are. Throws a `PgIndexError` that says what to do if the state cannot be
 * read or the token is too short.
 *
 * However many requests arrive, the catalog is read at most once every `cacheSeconds`, and queries
 * are measured at most once every `measureSeconds`. A state in a file is read afresh with the catalog.
 * The status is 503, with the reason as `problem`, if there is no index, one is INVALID or missing,
 * or the database cannot be reached, and otherwise 200.
 *
 * @example
 * const token = process.env.HEALTH_TOKEN ?? "";
 * const health = createMigrationHealth({ state: "state.json", token });
 * app.get("/api/admin/migration-health", health.node); // Express
 * app.get("/api/admin/migration-health/report", health.report.node); // as a page for people
 */
export function createMigrationHealth(options: MigrationHealthOptions): MigrationHealthEndpoint {
  const settings = healthSettings(options);
  const url = options.databaseUrl ?? process.env.DATABASE_URL;
  const { allowPooler } = settings;
  const database = databaseOf({ url: url || undefined, allowPooler });
  const probe = new HealthProbe(database, followState(options.state), settings);
  const earlier = options.earlierState ? followState(options.earlierState) : undefined;
  return endpointOf(probe, settings, { earlier, soak: settings.soak });
}
