import type { Cause } from "./cause";
import { type CauseRow, causeIn } from "./causeRows";

const TOO_LONG = "index less of the value, such as left(column, 200) or md5(column)";

/** Each access method has its own limit on one entry. */
const ENTRY_ROUTINES = [
  "_bt_check_third_page",
  "index_form_tuple",
  "index_form_tuple_context",
  "_hash_doinsert",
  "GinFormTuple",
  "GinFormInteriorTuple",
  "gistSplit",
  "gistplacetopage",
  "gistSplitByKey",
  "spgdoinsert",
  "SpGistPageAddNewItem",
  "brin_doinsert",
  "brin_doupdate",
];

/**
 * An error of the build, with the table's rows. `{size}`: of the finished index; `{memory}`: what
 * the message asks for.
 */
const BUILD_ROWS: readonly CauseRow[] = [
  {
    states: ["53100"],
    routines: ["dsm_impl_posix", "dsm_impl_posix_resize", "dsm_impl_mmap"],
    cause: {
      because: "parallel workers share memory in /dev/shm, which containers make small (64 MB)",
      fix: "give the container more (docker run --shm-size=1g), then run pulumi up",
      otherwise: "build without workers: buildSettings: { parallelWorkers: 0 }",
    },
  },
  {
    states: ["53100"],
    cause: {
      fix:
        "free disk space, then run pulumi up: the index needs about {size} in its tablespace, " +
        "and the same again for sorting (temp_tablespaces)",
    },
  },
  {
    states: ["53200"],
    routines: [
      "LockAcquireExtended",
      "SetupLockInTable",
      "ShmemAllocRaw",
      "ShmemAlloc",
      "AccessExclusiveLockTable",
      "GetSafeSnapshotBlockingPids",
    ],
    cause: {
      fix: "raise max_locks_per_transaction and restart the server, then run pulumi up",
    },
  },
  {
    states: ["53200"],
    cause: {
      fix:
        "lower what a build takes, then run pulumi up: " +
        'buildSettings: { maintenanceWorkMem: "64MB", parallelWorkers: 0 }, and maxConcurrentBuilds',
      otherwise: "give the server more memory",
    },
  },
  {
    states: ["53300"],
    routines: ["InitializeSessionUserId"],
    cause: {
      because: "a build needs two sessions: one builds, the other watches it",
      fix: "raise the role's limit: ALTER ROLE … CONNECTION LIMIT …; then run pulumi up",
    },
  },
  {
    states: ["53400"],
    cause: {
      fix:
        "raise temp_file_limit for this role, or buildSettings.maintenanceWorkMem, " +
        "then run pulumi up: sorting needs about {size} in temporary files",
    },
  },
  { states: ["54000"], routines: ENTRY_ROUTINES, cause: { fix: TOO_LONG } },
  {
    states: ["54000"],
    routines: ["make_tsvector", "uniqueWORD", "parsetext", "tsvectorrecv", "array_to_tsvector"],
    cause: {
      fix: "index the beginning of the text: to_tsvector('english', left(body, 500000))",
    },
  },
  {
    states: ["54000"],
    // Each release of pgvector asks for it elsewhere.
    routines: ["ElkanKmeans", "IvfflatKmeans", "IvfflatCheckMemoryUsage"],
    cause: {
      fix: 'set buildSettings: { maintenanceWorkMem: "{memory}" }, then run pulumi up',
      otherwise: "lower storageParameters.lists",
    },
  },
  {
    states: ["54000", "54001", "54023"],
    cause: {
      fix:
        "keep to the limit that the server names: index less of the value, or raise the setting " +
        "in its message for this role",
    },
  },
  {
    states: ["40P01"],
    cause: {
      fix:
        "stop other DDL on the table (the warnings above show which sessions waited), " +
        "then run pulumi up",
    },
  },
  {
    states: ["42501"],
    cause: {
      because: "CREATE INDEX runs the functions of the index as the table's owner",
      fix: "grant the owner of the table what the message says, then run pulumi up",
    },
  },
  {
    states: ["42883", "42P01", "42704", "3F000"],
    cause: {
      because:
        "from PostgreSQL 17 on an index runs its functions under the search_path " +
        "pg_catalog, pg_temp",
      fix:
        "qualify the names in the function's body with their schemas, or: " +
        "ALTER FUNCTION … SET search_path = …; then run pulumi up",
    },
  },
  {
    states: ["22012", "2201E", "2201F", "22003", "22P02", "22007", "22008", "22026", "22001"],
    cause: {
      fix:
        "make the expression take every row, such as nullif(divisor, 0) or CASE WHEN … END, " +
        "or leave those rows out by a predicate",
    },
  },
  {
    states: ["22021", "22P05"],
    cause: { fix: "repair the row whose text is not valid in the database's encoding" },
  },
  {
    states: ["XX001", "XX002", "58030", "58P01"],
    cause: {
      because: "the server could not read the table's own file",
      fix:
        "check disk and memory before anything else, then the table: pg_amcheck --table=…; " +
        "restore what is damaged from a backup",
    },
  },
  {
    states: ["55006"],
    cause: { fix: "end what uses the table in the same session, then run pulumi up" },
  },
  {
    states: ["25006"],
    cause: { fix: "connect to the primary: the server became read-only during the build" },
  },
];

/** `size`: of the finished index, in words. */
export function buildCause(error: unknown, size: string): Cause | undefined {
  const cause = causeIn(BUILD_ROWS, error);
  if (!cause) return undefined;
  const fix = cause.fix.replace("{size}", size).replace("{memory}", requiredMemory(error));
  return { ...cause, fix };
}

/** The first of two amounts in a message of pgvector's, which has no translations. */
function requiredMemory(error: unknown): string {
  const [, megabytes = "…"] = /(\d+) MB/.exec(String((error as Error).message)) ?? [];
  return `${megabytes}MB`;
}
