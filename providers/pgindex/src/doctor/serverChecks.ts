import type { Session } from "../engine/session/session";
import { newerServerLine } from "../engine/session/sessionMessages";
import { missingSight, SIGHT_HIDDEN } from "../engine/sight/rights";
import { collations } from "./collationChecks";
import { connections } from "./connectionChecks";
import { type Finding, ok, problem, warning } from "./finding";
import { hiddenTransactions } from "./hiddenTransactions";
import { invalidIndexes } from "./invalidIndexes";
import { schemas } from "./openSchemaChecks";

/** Checks the server's settings and state that decide whether builds succeed. Read-only. */
export async function examineServer(observer: Session): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const examine of [
    role,
    schemas,
    connections,
    encryption,
    invalidIndexes,
    transactions,
    slots,
    archiver,
    triggers,
    collations,
  ])
    findings.push(...(await examine(observer)));
  return findings;
}

interface ServerRow {
  readonly version: string;
  readonly inRecovery: boolean;
  readonly readOnly: boolean;
}

/** Checks whether the server can be written to. */
export async function examineVersion(observer: Session): Promise<Finding> {
  const [row] = await observer.query<ServerRow>(
    `SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS "inRecovery",
            current_setting('transaction_read_only') = 'on' AS "readOnly"`,
  );
  const check = "server";
  const version = `PostgreSQL ${row?.version}`;
  if (row?.inRecovery)
    return problem(check, `${version}, a standby: it cannot build`, "connect to the primary");
  if (row?.readOnly)
    return problem(
      check,
      `${version}, read-only: it cannot build`,
      "connect to the primary, or ALTER ROLE … RESET default_transaction_read_only",
    );
  const newer = newerServerLine(observer.serverVersion);
  return newer ? warning(check, version, newer) : ok(check, version);
}

async function role(observer: Session): Promise<Finding[]> {
  const grant = await missingSight(observer);
  const [row] = await observer.query<{ role: string; temporary: boolean }>(
    `SELECT quote_ident(current_user) AS role,
            has_database_privilege(current_database(), 'TEMPORARY') AS temporary`,
  );
  if (!row) return [];
  const sight = grant
    ? warning("sight", SIGHT_HIDDEN, grant)
    : ok("sight", "sees which sessions a build waits for, with their statements");
  const copies = row.temporary
    ? ok("comparison", "declarations are checked on a temporary copy of the table")
    : warning(
        "comparison",
        "cannot create temporary tables: a declaration can be compared only once it is built",
        `GRANT TEMPORARY ON DATABASE … TO ${row.role}`,
      );
  return [sight, copies];
}

async function encryption(observer: Session): Promise<Finding[]> {
  const [row] = await observer.query<{ ssl: boolean; remote: boolean }>(
    `SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS ssl,
            coalesce(NOT (inet_client_addr() << '127.0.0.0/8' OR inet_client_addr() = '::1'), false)
              AS remote`,
  );
  const check = "encryption";
  if (row?.ssl) return [ok(check, "the connection is encrypted")];
  if (!row?.remote) return [ok(check, "the connection stays on this machine")];
  const fix = "add ?sslmode=verify-full&sslrootcert=… to the URL, or sslmode=require";
  return [warning(check, "the connection crosses a network unencrypted", fix)];
}

/** Age in seconds from which an open transaction is reported. */
const OLD = 60;

async function transactions(observer: Session): Promise<Finding[]> {
  const rows = await observer.queryAsLogin<{ who: string; seconds: number }>(
    `SELECT format('pid %s (%s, %s, %s)', pid, usename, application_name, state) AS who,
            extract(epoch FROM clock_timestamp() - xact_start)::int AS seconds
       FROM pg_stat_activity
      WHERE datname = current_database()
        AND xact_start < clock_timestamp() - make_interval(secs => $1)
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      UNION ALL
     SELECT format('prepared transaction %L of %I', gid, owner),
            extract(epoch FROM clock_timestamp() - prepared)::int
       FROM pg_prepared_xacts
      WHERE database = current_database()
        AND prepared < clock_timestamp() - make_interval(secs => $1)
      ORDER BY seconds DESC`,
    [OLD],
  );
  const check = "open transactions";
  const hidden = await hiddenTransactions(observer);
  if (rows.length === 0 && hidden.length === 0) return [ok(check, `none older than ${OLD} s`)];
  const known = rows.map(({ who, seconds }) =>
    warning(
      check,
      `${who} has been open for ${seconds} s: a build may have to wait for it to end`,
      "end it, or make the application commit sooner; " +
        "idle_in_transaction_session_timeout ends forgotten ones",
    ),
  );
  const unknown = hidden.map((who) =>
    warning(
      check,
      `${who} has been open for a second at least, and since when is hidden: ` +
        "a build may have to wait for it to end",
      "see sight, above",
    ),
  );
  return [...known, ...unknown];
}

/**
 * A build writes about its own size in WAL. If a forgotten slot keeps it all, the disk fills up
 * even sooner.
 */
async function slots(observer: Session): Promise<Finding[]> {
  const rows = await observer.query<{ name: string; kept: string }>(
    `SELECT slot_name AS name, pg_size_pretty(pg_wal_lsn_diff(lsn.now, restart_lsn)) AS kept
       FROM pg_replication_slots,
            (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                         ELSE pg_current_wal_lsn() END AS now) lsn
      WHERE NOT active AND restart_lsn IS NOT NULL ORDER BY restart_lsn`,
  );
  const check = "replication slots";
  if (rows.length === 0) return [ok(check, "none is inactive")];
  return rows.map(({ name, kept }) =>
    warning(
      check,
      `${name} is inactive and retains ${kept} of WAL; a build adds about the size of the index`,
      `start its consumer, or SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}')`,
    ),
  );
}

async function archiver(observer: Session): Promise<Finding[]> {
  const [row] = await observer.query<{ failing: boolean }>(
    `SELECT current_setting('archive_mode') <> 'off'
            AND coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'),
            false) AS failing
       FROM pg_stat_archiver`,
  );
  const fix = "repair archive_command before a large build: until then, WAL stays on the disk";
  return row?.failing ? [warning("WAL archive", "the last file could not be archived", fix)] : [];
}

/** https://www.postgresql.org/docs/current/event-trigger-definition.html */
async function triggers(observer: Session): Promise<Finding[]> {
  const rows = await observer.query<{ name: string }>(
    `SELECT evtname AS name FROM pg_event_trigger
      WHERE evtenabled <> 'D' AND evtevent IN ('ddl_command_start', 'ddl_command_end', 'sql_drop')
        AND (evttags IS NULL OR evttags && ARRAY['CREATE INDEX', 'DROP INDEX', 'CREATE TABLE'])
      ORDER BY evtname`,
  );
  return rows.map(({ name }) =>
    warning(
      "event triggers",
      `${name} fires on CREATE INDEX, and on the temporary copy a preview creates`,
      "make sure its function allows both",
    ),
  );
}
