import { type BuildSettings, memorySetting } from "../declare/buildSettings";
import type { Operation } from "../operation/operation";
import type { Session } from "../session/session";
import { outgrownText } from "./graphMemoryMessages";
import type { ProgressRow } from "./progress";

/** Levels of a graph are drawn by lot, and rows are not spread evenly over the table's blocks. */
const HEADROOM = 1.2;

/** A build that may outgrow its memory. */
interface Building extends Operation {
  readonly buildSettings?: BuildSettings;
}

/**
 * Tells how much memory the graph of an hnsw index needs, as soon as it no longer fits: memory goes
 * with rows, and those that it has of the blocks read so far tell how many it will have, whatever
 * the table's statistics say and however many rows a predicate leaves out.
 *
 * @see https://github.com/pgvector/pgvector#index-build-time
 */
export async function tellOutgrownMemory(
  observer: Session,
  row: ProgressRow | undefined,
  { notices, ctx, buildSettings }: Building,
): Promise<void> {
  const fitted = notices?.outgrownAfter;
  if (!notices || !fitted || !row?.blocksDone || !row.tuplesDone) return;
  notices.outgrownAfter = undefined;
  const bytes = await maintenanceMemory(observer, buildSettings);
  const part = Math.min(1, (fitted / row.tuplesDone) * (row.blocksDone / row.blocksTotal));
  const needed = (bytes / part) * HEADROOM;
  if (needed <= notices.toldBytes) return;
  notices.toldBytes = needed;
  const texts = { has: memorySetting(bytes), needed: memorySetting(needed) };
  ctx.log("warning", outgrownText({ ...texts, part }));
}

/** What a build with these settings may take, in bytes. */
export async function maintenanceMemory(
  observer: Session,
  { maintenanceWorkMem }: BuildSettings = {},
): Promise<number> {
  if (maintenanceWorkMem !== undefined) return maintenanceWorkMem * 1024;
  const [row] = await observer.query<{ bytes: number }>(
    `SELECT pg_catalog.pg_size_bytes(
              pg_catalog.current_setting('maintenance_work_mem'))::float8 AS bytes`,
  );
  return row?.bytes ?? 0;
}
