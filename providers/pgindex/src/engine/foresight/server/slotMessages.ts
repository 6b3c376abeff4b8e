import { type Hazard, hazard } from "../../hazards/hazard";
import { renderBytes } from "../../text/render";
import { literal } from "../../text/sql";
import type { ReplicationSlot, ServerState } from "./serverState";

/**
 * Slots that nobody reads, for which the server keeps more WAL than it would. A full WAL disk stops
 * the whole server (PANIC), not only the build.
 */
export function slotsThatKeepWal({ slots }: ServerState): Hazard[] {
  return slots
    .filter(({ isActive, walStatus }) => !isActive && isBeyond(walStatus))
    .map(({ name, keptBytes }) =>
      hazard("slot-keeps-wal", {
        object: name,
        message:
          `nobody reads the replication slot ${name}, which retains ${renderBytes(keptBytes ?? 0)} ` +
          "of WAL, more than max_wal_size: a build adds about the size of its index to that, " +
          "and a full WAL disk stops the server",
        fix: `start the slot's reader, or ${dropOf(name)}`,
      }),
    );
}

const isBeyond = (status: string | null) => status === "extended" || status === "unreserved";

/** VACUUM would not have removed younger rows anyhow. */
const OLD_TRANSACTIONS = 1_000_000;
const LEAST_DEAD_ROWS = 1_000;
const LEAST_DEAD_SHARE = 0.2;

/** Slots for which rows stay that nothing sees: the build reads and indexes them too. */
export function slotsThatHoldRows(
  { slots }: ServerState,
  object: string,
  { deadRows, rows }: { readonly deadRows: number; readonly rows: number | null },
): Hazard[] {
  if (deadRows < Math.max(LEAST_DEAD_ROWS, LEAST_DEAD_SHARE * (rows ?? 0))) return [];
  return slots.filter(holdsRows).map(({ name, isActive, xminAge }) =>
    hazard("slot-holds-rows", {
      object,
      message:
        `the replication slot ${name} keeps ${deadRows.toLocaleString("en-US")} dead rows of ` +
        `${object} from being removed, and the build indexes them too`,
      cause: `its xmin is ${(xminAge ?? 0).toLocaleString("en-US")} transactions old`,
      fix: isActive
        ? "see what holds its reader up (pg_stat_replication), then run VACUUM"
        : `start the slot's reader, or ${dropOf(name)}; then run VACUUM`,
    }),
  );
}

function holdsRows({ isActive, xminAge }: ReplicationSlot): boolean {
  return xminAge !== null && (!isActive || xminAge >= OLD_TRANSACTIONS);
}

const dropOf = (name: string) => `drop the slot: SELECT pg_drop_replication_slot(${literal(name)})`;
