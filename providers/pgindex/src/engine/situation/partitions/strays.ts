import { observe, readIndexes } from "../../catalog/indexes";
import { readAttachments, readPartitionTree } from "../../catalog/indexTree";
import type { LiveIndex } from "../../catalog/liveIndex";
import { readTable } from "../../catalog/tables";
import { isChildName } from "../../declare/names";
import type { Session } from "../../session/session";
import { once } from "../../session/sharedReads";
import { isLeftoverOf } from "./partitions";

/**
 * Reads the INVALID indexes with names of ours on tables that are partitions no longer. Not the
 * valid ones: they may have been attached until the partition was detached, and serve queries.
 */
export async function readDetached(
  session: Session,
  index: { readonly schema: string; readonly name: string },
  tableOid: number,
): Promise<LiveIndex[]> {
  const ours = (await once(session, allUnattached)).filter(({ name }) => isChildName(name, index));
  if (ours.length === 0) return [];
  const below = await readPartitionTree(session, tableOid);
  const tree = new Set([tableOid, ...below.map(({ oid }) => oid)]);
  const detached = ours.filter((row) => !tree.has(row.tableOid)).map(({ oid }) => oid);
  return (await readIndexes(session, detached)).filter((live) => !live.constraint);
}

interface Unattached {
  readonly oid: number;
  readonly name: string;
  readonly tableOid: number;
}

/** The INVALID indexes of the database that have names like ours. No index of the catalog finds them. */
function allUnattached(session: Session): Promise<readonly Unattached[]> {
  return session.query<Unattached>(
    `SELECT c.oid::int8::float8 AS oid, c.relname AS name, i.indrelid::int8::float8 AS "tableOid"
       FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE NOT i.indisvalid AND c.relname ~ '_[0-9a-f]{8}_[0-9a-f]{4,12}$'
        AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid)`,
  );
}

/** Reads the unattached indexes that interrupted runs of a partitioned index left on partitions. */
export async function readStrays(
  session: Session,
  index: { readonly schema: string; readonly name: string; readonly table: string },
): Promise<LiveIndex[]> {
  const table = await readTable(session, index);
  if (table?.kind !== "partitioned table") return [];
  const tree = await readPartitionTree(session, table.oid);
  const attachments = await readAttachments(
    session,
    tree.map((row) => row.oid),
  );
  const lives = await readIndexes(
    session,
    attachments.map((attachment) => attachment.oid),
  );
  const free = new Set(
    attachments.flatMap(({ oid, parentIndexOid }) => (parentIndexOid === null ? [oid] : [])),
  );
  const detached = await readDetached(session, index, table.oid);
  const root = await observe(session, index);
  const parts = partsOf(root.kind === "index" ? root.index.oid : undefined, attachments);
  const children = lives.filter((live) => parts.has(live.oid) || isChildName(live.name, index));
  const isLeft = (live: LiveIndex) =>
    children.some((child) => child.tableOid === live.tableOid && isLeftoverOf(child, live));
  const strays = lives.filter(
    (live) => free.has(live.oid) && (isChildName(live.name, index) || isLeft(live)),
  );
  return [...strays, ...detached];
}

/** What is attached to the partitioned index, at any depth. */
function partsOf(
  root: number | undefined,
  attachments: readonly { readonly oid: number; readonly parentIndexOid: number | null }[],
): ReadonlySet<number> {
  const parts = new Set<number | null>(root === undefined ? [] : [root]);
  const below = () =>
    attachments.filter((it) => parts.has(it.parentIndexOid) && !parts.has(it.oid));
  for (let found = below(); found.length > 0; found = below())
    for (const { oid } of found) parts.add(oid);
  return parts as ReadonlySet<number>;
}
