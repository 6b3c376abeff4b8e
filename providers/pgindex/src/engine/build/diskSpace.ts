import { readServerState } from "../foresight/server/serverState";
import { slotsThatKeepWal } from "../foresight/server/slotMessages";
import { needsOf } from "../foresight/size/needs";
import { vectorNeeds } from "../foresight/size/vectorNeeds";
import type { Attempt } from "./attempt";

/** Estimates a build's size; before the first build, also warns about what can fill the disk. */
export async function checkDiskSpace({
  observer,
  desired,
  table,
  ctx,
  journal,
}: Attempt): Promise<void> {
  const vectors = await vectorNeeds(observer, desired, table);
  const needs = await needsOf(observer, desired, table, vectors);
  journal.estimatedBytes = needs?.indexBytes;
  if (journal.buildStartedAt !== undefined) return;
  for (const { message, fix } of slotsThatKeepWal(await readServerState(observer)))
    ctx.log("warning", `${message}: ${fix}`);
}
