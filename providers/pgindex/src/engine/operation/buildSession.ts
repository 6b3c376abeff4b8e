import { type BuildSettings, serverSettings } from "../declare/buildSettings";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { Database } from "../session/database";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";

/** The declared settings of a build: each the resource's own, else the Connection's. */
export function buildSettingsOf(database: Database, { policy }: DesiredIndex): BuildSettings {
  return { ...database.buildSettings, ...policy.buildSettings };
}

/**
 * Runs `work` with these settings in the session that builds, and restores the session's own. The
 * server counts memory for the whole build, its parallel workers together.
 *
 * @example
 * // SET maintenance_work_mem = '2097152kB'; SET max_parallel_maintenance_workers = 4
 */
export async function withBuildSettings<T>(
  builder: Session,
  settings: BuildSettings,
  work: () => Promise<T>,
): Promise<T> {
  const values = serverSettings(settings);
  const names = Object.keys(values);
  if (names.length === 0) return work();
  // RESET would give the role's default, which SET ROLE or the URL's options can have changed.
  const before = await builder.query<{ name: string; value: string }>(
    `SELECT name, pg_catalog.current_setting(name) AS value FROM unnest($1::text[]) AS s(name)`,
    [names],
  );
  await setSettings(builder.query, "session", values);
  try {
    return await work();
  } finally {
    const kept = Object.fromEntries(before.map(({ name, value }) => [name, value]));
    // A session that is lost has no settings.
    await setSettings(builder.query, "session", kept).catch(() => undefined);
  }
}
