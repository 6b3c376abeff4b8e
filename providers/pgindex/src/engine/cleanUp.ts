import { observe } from "./catalog";
import type { Context } from "./context";
import { takeTableKey, waitUntilNobodyWorks } from "./locks";
import type { DesiredIndex } from "./model";
import { runWatched } from "./monitor";
import { dropIndexStatement } from "./statement";
import type { Target } from "./target";
import { type Workspace, withWorkspace } from "./workspace";

/** How long the clean-up after a failure or a cancel may take: nobody waits for it longer. */
const CLEAN_UP_MS = 15_000;

/**
 * Drops what a failed build of ours left, at once: it costs every write, and when UNIQUE rejects the application's rows. Says what became
 * of it.
 */
export async function removeLeftover(
  target: Target,
  desired: DesiredIndex,
  ctx: Context,
): Promise<string> {
  const bounded = AbortSignal.timeout(CLEAN_UP_MS);
  const quiet: Context = { ...ctx, signal: bounded, draining: bounded };
  const options = {
    purpose: `clean up ${desired.name}`,
    searchPath: desired.searchPath,
  };
  try {
    return await withWorkspace(target, options, async (workspace) => {
      await takeTableKey(workspace.builder, workspace.observer, desired, quiet);
      return dropIfInvalid(workspace, desired, quiet);
    });
  } catch {
    return "what it left behind could not be removed yet; the next pulumi up does it";
  }
}

async function dropIfInvalid(
  workspace: Workspace,
  desired: DesiredIndex,
  ctx: Context,
): Promise<string> {
  const observed = await observe(workspace.observer, desired);
  if (observed.kind !== "index" || observed.index.table !== desired.table)
    return "nothing was left behind";
  const { index } = observed;
  if (index.valid) return "the index stands and is valid; the next pulumi up adopts it";
  const label = `${desired.schema}.${desired.table}`;
  await waitUntilNobodyWorks(
    workspace.observer,
    { oid: index.tableOid, label },
    workspace.builder.pid,
    ctx,
  );
  await runWatched(dropIndexStatement(index.schema, index.name), {
    ...workspace,
    ctx,
    verb: "cleaning up",
  });
  return "its INVALID leftover was dropped";
}
