import type { LiveIndex } from "../catalog/liveIndex";
import { corruptibleWarning, corruptsIndexes } from "../session/sessionMessages";
import { serverTime, type Workspace } from "../session/workspace";
import type { Declared } from "../situation/look";
import { renderBytes, renderElapsed } from "../text/render";
import { qualified } from "../text/sql";
import type { Executed } from "./execute";
import type { Ensured, Progress, Request } from "./request";

/** The last word on an index that stands as declared. */
export async function finish(
  live: LiveIndex,
  declared: Declared,
  done: Executed,
  workspace: Workspace,
  { desired, previous, ctx }: Request,
  progress: Progress,
): Promise<Ensured> {
  const verifiedAt = await serverTime(workspace);
  const built = done.builtAt ? done : finishedBefore(progress, verifiedAt);
  const how =
    built.buildSeconds === undefined
      ? "stands"
      : `built in ${renderElapsed(built.buildSeconds * 1000)}`;
  ctx.status(`valid, ${how}, ${renderBytes(live.sizeBytes)}`);
  const adopted = built.builtAt === undefined;
  if (adopted && !previous) {
    ctx.log(
      "info",
      `adopted ${desired.schema}.${desired.name}: a valid index of this definition stood already; nothing was built`,
    );
  }
  const { serverVersion } = workspace.builder;
  if (!adopted && corruptsIndexes(serverVersion))
    ctx.log("warning", corruptibleWarning(qualified(desired.schema, desired.name), serverVersion));
  const form = declared.kind === "ok" ? declared.canonical : undefined;
  return { ...built, live, declared: form, adopted, verifiedAt };
}

/** An index that stands already may be the one that our own interrupted attempt has built. */
function finishedBefore({ buildStartedAt }: Progress, verifiedAt: string): Executed {
  if (buildStartedAt === undefined) return {};
  return {
    builtAt: verifiedAt,
    buildSeconds: Math.round(performance.now() - buildStartedAt) / 1000,
  };
}
