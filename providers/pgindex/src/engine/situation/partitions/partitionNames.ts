import { onClone } from "../../compare/clone";
import { defaultIndexName } from "../../declare/defaultName";
import { isChildName } from "../../declare/names";
import { foreignCodeOf } from "../../reach/tableCode";
import type { Session } from "../../session/session";
import { setSettings } from "../../session/settings/setSettings";
import { once } from "../../session/sharedReads";
import { qualified } from "../../text/sql";
import type { Partition } from "./partitions";

/** The partitioned index, and what PostgreSQL calls its columns. */
interface Named {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly columnNames: readonly string[];
}

/**
 * Adds the names that CREATE INDEX on the partitioned table would give to the indexes of its
 * partitions, so that nobody can tell by them who has built the index.
 */
export async function withOwnNames(
  session: Session,
  partitions: readonly Partition[],
  index: Named,
): Promise<Partition[]> {
  const isNew = ({ attached, candidate }: Partition) =>
    !attached && (!candidate || isChildName(candidate.name, index));
  const fresh = partitions.filter(isNew);
  if (fresh.length === 0) return [...partitions];
  const taken = new Set(await once(session, takenNames));
  const ordered = haveTheSame(fresh, index) ? await inOrder(session, fresh, index) : fresh;
  const names = new Map<number, string>();
  for (const { oid, schema, table } of ordered) {
    const isTaken = (name: string) => taken.has(qualified(schema, name));
    const ownName = defaultIndexName(table, index.columnNames, isTaken);
    taken.add(qualified(schema, ownName));
    names.set(oid, ownName);
  }
  return partitions.map((each) => {
    const ownName = names.get(each.oid);
    return ownName === undefined ? each : { ...each, ownName };
  });
}

/** Of the whole database, in one query: none of the catalog's indexes finds the names by their end. */
async function takenNames(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relname ~ '_idx[0-9]*$'`,
  );
  return new Set(rows.map(({ schema, name }) => qualified(schema, name)));
}

/** Whether two of the names differ by their numbers alone, which go by the order of partitions. */
function haveTheSame(partitions: readonly Partition[], { columnNames }: Named): boolean {
  const names = partitions.map(({ schema, table }) =>
    qualified(
      schema,
      defaultIndexName(table, columnNames, () => false),
    ),
  );
  return new Set(names).size < names.length;
}

/**
 * Sorts partitions by their bounds, a partitioned one before its own, as CREATE INDEX goes through
 * them. No catalog says that order; a plan has it. As they are where there is no plan.
 */
async function inOrder(
  session: Session,
  partitions: readonly Partition[],
  { schema, table }: Named,
): Promise<readonly Partition[]> {
  // Planning computes what is constant in the indexes and the partition key.
  if (await foreignCodeOf(session, { schema, table })) return partitions;
  const planned = await onClone(session, async () => {
    await setSettings(session.query, "transaction", {
      lock_timeout: "500ms",
      // A parallel Append has the dearest partition first.
      max_parallel_workers_per_gather: "0",
    });
    const rows = await session.query<{ "QUERY PLAN": readonly { readonly Plan: PlanNode }[] }>(
      `EXPLAIN (VERBOSE, FORMAT JSON) SELECT FROM ${qualified(schema, table)}`,
    );
    return rows.flatMap((row) => row["QUERY PLAN"].flatMap(({ Plan }) => scannedBy(Plan)));
  });
  if (planned.kind !== "ok") return partitions;
  const place = (oid: number): number => {
    const { schema: its, table: name, isLeaf } = partitions.find((it) => it.oid === oid) ?? {};
    if (isLeaf) return planned.value.indexOf(qualified(its ?? "", name ?? ""));
    const below = partitions.filter(({ parentOid }) => parentOid === oid);
    // Just before the first of its own.
    return Math.min(...below.map((it) => place(it.oid))) - 0.01;
  };
  return [...partitions].sort((a, b) => place(a.oid) - place(b.oid));
}

/** A node of EXPLAIN's JSON. */
interface PlanNode {
  readonly Schema?: string;
  readonly "Relation Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

function scannedBy({ Schema, "Relation Name": name, Plans = [] }: PlanNode): string[] {
  const own = Schema !== undefined && name !== undefined ? [qualified(Schema, name)] : [];
  return [...own, ...Plans.flatMap(scannedBy)];
}
