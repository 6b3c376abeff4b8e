import { PgIndexError } from "../../errors/advice";
import { searchPathValue } from "../../text/sql";
import type { Query } from "../query";
import { type KeptSetting, keptSettingAdvice } from "../sessionMessages";
import { setSettings } from "./setSettings";

/**
 * A role or database can set timeouts, and a timeout during a concurrent build leaves an INVALID
 * index behind. The other settings decide how the server reads literals and prints definitions.
 */
const PINNED: Readonly<Record<string, string>> = {
  statement_timeout: "0",
  idle_in_transaction_session_timeout: "0",
  // A session whose client is gone keeps the table's key: by default the server can take two hours
  // to notice.
  tcp_keepalives_idle: "60",
  tcp_keepalives_interval: "10",
  tcp_keepalives_count: "6",
  standard_conforming_strings: "on",
  TimeZone: "UTC",
  // EST is five hours behind, or in "Australia" ten hours ahead.
  timezone_abbreviations: "Default",
  DateStyle: "ISO, YMD",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  quote_all_identifiers: "off",
  // `{NULL}` would otherwise be a text.
  array_nulls: "on",
  backslash_quote: "safe_encoding",
  transform_null_equals: "off",
  xmloption: "content",
  // What is read under a lock must not be older than the lock.
  default_transaction_isolation: "read committed",
  // Less would hide what a build says, more would fill the log.
  client_min_messages: "notice",
};

/** Pins the settings for the session, and verifies the timeouts, which would end a build. */
export async function pinSettings(
  query: Query,
  version: number,
  {
    application,
    searchPath,
    lockTimeoutMs = 0,
  }: {
    readonly application: string;
    readonly searchPath: readonly string[];
    readonly lockTimeoutMs?: number;
  },
  vanishing: Readonly<Record<string, string>>,
): Promise<void> {
  const settings: Record<string, string> = {
    ...PINNED,
    ...vanishing,
    application_name: application,
    lock_timeout: String(lockTimeoutMs),
    search_path: searchPathValue(searchPath),
  };
  if (version >= 140000) settings.idle_session_timeout = "0";
  if (version >= 170000) settings.transaction_timeout = "0";
  await setSettings(query, "session", settings);
  await assertPinned(query, settings);
}

async function assertPinned(
  query: Query,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const timeouts = Object.keys(settings).filter((name) => name.endsWith("_timeout"));
  // Not from pg_settings, which renders all of its 370 settings each time.
  const [kept] = await query<KeptSetting>(
    `SELECT name, pg_catalog.current_setting(name) AS setting
       FROM unnest($1::text[], $2::text[]) AS w(name, wanted)
      WHERE extract(epoch FROM pg_catalog.current_setting(name)::interval) * 1000
            <> wanted::double precision`,
    [timeouts, timeouts.map((name) => settings[name])],
  );
  if (kept) throw new PgIndexError(keptSettingAdvice(kept));
}
