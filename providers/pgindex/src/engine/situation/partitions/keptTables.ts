import type { LiveTable } from "../../catalog/liveIndex";
import type { DesiredIndex } from "../../declare/desiredIndex";
import { PgIndexError } from "../../errors/advice";
import type { Session } from "../../session/session";
import { keptTableAdvice } from "../tableMessages";

/** An extension whose tables are not what they seem to be in the catalog. */
interface TableKeeper {
  readonly extension: string;
  /** Finds the table of an oid, if it is one of the extension's. */
  readonly sql: string;
  readonly kind: string;
  readonly why: string;
  readonly otherwise: string;
}

const KEEPERS: readonly TableKeeper[] = [
  {
    extension: "timescaledb",
    sql: `SELECT FROM timescaledb_information.hypertables h
           WHERE format('%I.%I', h.hypertable_schema, h.hypertable_name)::regclass = $1::int8::oid`,
    kind: "a hypertable of TimescaleDB",
    why: "TimescaleDB has no CREATE INDEX CONCURRENTLY for hypertables (its issue 504)",
    otherwise: "CREATE INDEX … WITH (timescaledb.transaction_per_chunk) in a migration",
  },
  {
    extension: "citus",
    sql: "SELECT FROM pg_catalog.pg_dist_partition WHERE logicalrelid = $1::int8::oid",
    kind: "a distributed table of Citus",
    why:
      "its rows are in shards on the workers, whose indexes can be INVALID or missing while the " +
      "coordinator's catalog, which pgindex asks, calls the index valid (Citus' issue 1626)",
    otherwise:
      "CREATE INDEX CONCURRENTLY in a migration, and then run_command_on_shards to see that it is " +
      "valid on each",
  },
];

/** Refuses a table whose index would not be built, or not be proved, by what we do. */
export async function requireOrdinaryTable(
  observer: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<void> {
  for (const keeper of KEEPERS) {
    if (!observer.tableKeepers.includes(keeper.extension)) continue;
    const found = await observer.query(keeper.sql, [table.oid]);
    if (found.length > 0) throw new PgIndexError(keptTableAdvice(desired, keeper));
  }
}
