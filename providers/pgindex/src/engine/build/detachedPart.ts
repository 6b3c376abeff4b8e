import { runAlteration } from "../alteration/alteration";
import { dropConcurrently } from "../alteration/concurrentDrop";
import { observe } from "../catalog/indexes";
import { readPartitionTree } from "../catalog/indexTree";
import type { LiveIndex } from "../catalog/liveIndex";
import { readTable } from "../catalog/tables";
import type { Context } from "../operation/context";
import type { TableName } from "../operation/operation";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import { dropPartitioned } from "../plan/buildSteps";
import type { SessionTarget } from "../session/database";
import type { Session } from "../session/session";
import { withWorkspace } from "../session/workspace";
import { displayName } from "../text/render";
import { qualified } from "../text/sql";
import { cleanUpContext, whyNot } from "./leftoverCleanup";

/**
 * Drops the index that this run made on a partition, whose table is a partition no longer: no later
 * run looks for it there. Empty if there is none. Never throws.
 */
export async function removeDetached(
  database: SessionTarget,
  made: { readonly schema: string; readonly name: string },
  root: TableName,
  ctx: Context,
): Promise<string> {
  let what = "";
  let sql = "";
  try {
    const options = { purpose: `clean up ${made.name}`, searchPath: [], isUrgent: true };
    return await withWorkspace(database, options, async (workspace) => {
      const operation = { ...workspace, ctx: cleanUpContext(ctx) };
      const observed = await observe(workspace.observer, made);
      const live = observed.kind === "index" ? observed.index : undefined;
      if (!live || live.partOf || (await isPartitionOf(workspace.observer, live, root))) return "";
      const { schema, table, tableOid } = live;
      what =
        `${schema}.${table} was detached from ${root.schema}.${root.table} meanwhile; ` +
        `its index ${displayName(live)}`;
      await takeTableKey(operation, live);
      await waitUntilNobodyWorks(operation, { schema, table, oid: tableOid });
      const kind = live.isPartitioned ? "INDEX" : "INDEX CONCURRENTLY";
      sql = `DROP ${kind} ${qualified(schema, live.name)}`;
      const verb = `cleaning up ${live.name}`;
      if (live.isPartitioned)
        await runAlteration({ ...dropPartitioned(live, verb), what: verb, tableOid }, operation);
      else await dropConcurrently(live, { ...operation, verb });
      return `${what} was dropped`;
    });
  } catch (error) {
    return what && `${what} is left behind; ${whyNot(error)}; drop it: ${sql};`;
  }
}

async function isPartitionOf(
  observer: Session,
  { tableOid }: Pick<LiveIndex, "tableOid">,
  root: TableName,
): Promise<boolean> {
  const table = await readTable(observer, root);
  const tree = table ? await readPartitionTree(observer, table.oid) : [];
  return table?.oid === tableOid || tree.some(({ oid }) => oid === tableOid);
}
