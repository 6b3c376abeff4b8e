import { observe } from "./catalog";
import type { Context } from "./context";
import { takeTableKey, waitUntilNobodyWorks } from "./locks";
import { runWatched } from "./monitor";
import { dropIndexStatement } from "./statement";
import type { Target } from "./target";
import { type Workspace, withWorkspace } from "./workspace";

/** What a build was to make, and where. */
export interface BuiltName {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/** How long the clean-up after a failure or a cancel may take: nobody waits for it longer. */
const CLEAN_UP_MS = 15_000;

/**
 * Drops what a failed build of ours left, at once: it costs every write, and when UNIQUE rejects the application's rows. Says what became
 * of it.
 */
export async function removeLeftover(
  target: Target,
  built: BuiltName,
  ctx: Context,
): Promise<string> {
  const bounded = AbortSignal.timeout(CLEAN_UP_MS);
  const quiet: Context = { ...ctx, signal: bounded, draining: bounded, patience: undefined };
  const options = {
    purpose: `clean up ${built.name}`,
    searchPath: [],
  };
  try {
    return await withWorkspace(target, options, async (workspace) => {
      await takeTableKey(workspace.builder, workspace.observer, built, quiet);
      return dropIfInvalid(workspace, built, quiet);
    });
  } catch {
    return "what it left behind could not be removed yet; the next pulumi up does it";
  }
}

async function dropIfInvalid(
  workspace: Workspace,
  built: BuiltName,
  ctx: Context,
): Promise<string> {
  const observed = await observe(workspace.observer, built);
  if (observed.kind !== "index" || observed.index.table !== built.table)
    return "nothing was left behind";
  const { index } = observed;
  if (index.valid) return "the index stands and is valid; the next pulumi up adopts it";
  const label = `${built.schema}.${built.table}`;
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
