import { observe, readIndex } from "../catalog/indexes";
import type { LiveIndex } from "../catalog/liveIndex";
import { describeSession, type OtherSession } from "../catalog/otherSessions";
import { reindexLeftoversOf } from "../catalog/reindexLeftovers";
import { dropIndexStatement } from "../declare/statement";
import { errorText } from "../errors/advice";
import type { Context } from "../operation/context";
import { OutOfPatience, Patience } from "../operation/patience";
import { takeTableKey } from "../operation/tableKey";
import { waitUntilNobodyWorks } from "../operation/wait";
import type { SessionTarget } from "../session/database";
import { type Workspace, withObserver, withWorkspace } from "../session/workspace";
import { displayName } from "../text/render";
import { runWatched } from "../watch/runWatched";

/** What a build was to make, and where. */
export interface BuiltName {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
}

/** How long the clean-up after a failure or a cancel may take: nobody waits for it longer. */
const CLEAN_UP_MS = 15_000;

/** Of which so much for others, so that there is time to say who they are. */
const WAIT_MS = 10_000;

/** A transaction of this age outlasts the clean-up as well: it is not waited for at all. */
const FORGOTTEN_SECONDS = 60;

const NOTHING_LEFT = "nothing was left behind";

class CleanUpPatience extends Patience {
  private readonly forgottenSeconds: number;

  constructor(forgottenSeconds: number) {
    super({ waitForMs: WAIT_MS });
    this.forgottenSeconds = forgottenSeconds;
  }

  override overWait(others: readonly OtherSession[]): OutOfPatience | undefined {
    const forgotten = others.filter(
      ({ pid, ageSeconds }) => pid === 0 || (ageSeconds ?? 0) > this.forgottenSeconds,
    );
    return forgotten.length > 0
      ? new OutOfPatience("waitFor", 0, forgotten)
      : super.overWait(others);
  }
}

/**
 * Drops what a failed build of ours left, at once: it costs every write, and when UNIQUE rejects
 * the application's rows. Says what became of it. Never throws.
 */
export async function removeLeftover(
  target: SessionTarget,
  built: BuiltName,
  ctx: Context,
  forgottenSeconds = FORGOTTEN_SECONDS,
): Promise<string> {
  const bounded = AbortSignal.timeout(CLEAN_UP_MS);
  const patience = new CleanUpPatience(forgottenSeconds);
  const quiet: Context = { ...ctx, signal: bounded, draining: bounded, patience };
  const options = { purpose: `clean up ${built.name}`, searchPath: [] };
  try {
    return await withWorkspace(target, options, async (workspace) => {
      await takeTableKey(workspace.builder, workspace.observer, built, quiet);
      return dropInvalid(workspace, built, quiet);
    });
  } catch (error) {
    const why =
      error instanceof OutOfPatience
        ? `in the way of the clean-up: ${error.others.map(describeSession).join("; ")}`
        : `the clean-up failed: ${errorText(error).split("\n")[0]}`;
    const left = await describeLeft(target, built);
    return left ? `${left}; ${why}; the next pulumi up removes it` : NOTHING_LEFT;
  }
}

/** Drops what is INVALID of a build of ours, under the table's key. Says what became of it. */
export async function dropInvalid(
  workspace: Workspace,
  built: BuiltName,
  ctx: Context,
): Promise<string> {
  const { leftovers } = await findLeft(workspace, built);
  const dropped: LiveIndex[] = [];
  for (const live of leftovers) if (await dropLeftover(workspace, live, ctx)) dropped.push(live);
  const { standing } = await findLeft(workspace, built);
  const said = [
    dropped.length > 0 && "its INVALID leftover was dropped",
    standing && "the index stands and is valid; the next pulumi up adopts it",
  ];
  return said.filter(Boolean).join("; ") || NOTHING_LEFT;
}

/** Whoever is waited for may mend it, by a REINDEX say: false then. */
async function dropLeftover(workspace: Workspace, live: LiveIndex, ctx: Context): Promise<boolean> {
  const { builder, observer } = workspace;
  const place = { schema: live.schema, table: live.table, oid: live.tableOid };
  await waitUntilNobodyWorks(observer, place, builder.pid, ctx);
  const again = await readIndex(observer, live.oid);
  if (again?.name !== live.name || again.valid) return false;
  const sql = dropIndexStatement(live.schema, live.name);
  await runWatched(sql, { ...workspace, ctx, verb: `cleaning up ${live.name}` });
  return true;
}

interface Left {
  readonly leftovers: readonly LiveIndex[];
  readonly standing: LiveIndex | undefined;
}

/** The index itself, and what an interrupted REINDEX CONCURRENTLY has left beside it. */
async function findLeft(
  { observer }: Pick<Workspace, "observer">,
  built: BuiltName,
): Promise<Left> {
  const observed = await observe(observer, built);
  if (observed.kind !== "index" || observed.index.table !== built.table)
    return { leftovers: [], standing: undefined };
  const { index } = observed;
  const leftovers = await reindexLeftoversOf(observer, index.tableOid, built.name);
  return index.valid
    ? { leftovers, standing: index }
    : { leftovers: [index, ...leftovers], standing: undefined };
}

/** Empty where nothing is. */
async function describeLeft(target: SessionTarget, built: BuiltName): Promise<string> {
  try {
    const options = { purpose: "look", writable: false };
    const { leftovers } = await withObserver(target, options, (observer) =>
      findLeft({ observer }, built),
    );
    return leftovers.map(describeLeftover).join("; ");
  } catch {
    return `an INVALID ${displayName(built)} may be left behind`;
  }
}

/** What an INVALID index costs until it is dropped. */
export function describeLeftover(live: LiveIndex): string {
  const name = `${displayName(live)} is left behind, INVALID`;
  if (!live.live) return `${name} and half dropped: nothing uses it, no write maintains it`;
  if (!live.ready) return `${name} and empty: no write maintains it`;
  const unique = live.canonical.unique ? ", and it rejects rows with equal keys" : "";
  return `${name}: no query uses it, every write maintains it${unique}`;
}
