import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import { corruptibleWarning, corruptsIndexes } from "../session/sessionMessages";
import { serverTime } from "../session/workspace";
import type { Declared } from "../situation/declaredForm";
import { displayName, renderBytes, renderElapsed } from "../text/render";
import { qualified } from "../text/sql";
import type { Attempt } from "./attempt";
import type { Executed } from "./execute";
import type { Journal } from "./journal";
import type { Ensured, Request } from "./request";

/** Reports an index that exists as declared, and returns the result of the request. */
export async function reportOutcome(
  { observer, builder, ctx, desired, previous, journal, database }: Attempt,
  { live, ...done }: Executed & { readonly live: LiveIndex },
  declared: Declared,
): Promise<Ensured> {
  const verifiedAt = await serverTime(observer);
  const built = done.builtAt ? done : finishedBefore(journal, verifiedAt);
  const how =
    built.buildSeconds === undefined
      ? "already built"
      : `built in ${renderElapsed(built.buildSeconds * 1000)}`;
  ctx.status(`valid, ${how}, ${renderBytes(live.sizeBytes)}`);
  const adopted = built.builtAt === undefined;
  if (adopted && !previous) ctx.log("info", adoptedText(desired));
  const { serverVersion } = builder;
  if (!adopted && corruptsIndexes(serverVersion))
    ctx.log("warning", corruptibleWarning(qualified(desired.schema, desired.name), serverVersion));
  const form = declared.kind === "ok" ? declared.canonical : undefined;
  return { ...built, live, declared: form, adopted, verifiedAt, database };
}

/** As {@link reportOutcome}, of an index that a create found as declared. */
export function reportAdopted(
  { live, verifiedAt }: Pick<Ensured, "live" | "verifiedAt">,
  { ctx, desired }: Request,
  { declared, database }: Pick<Ensured, "declared" | "database">,
): Ensured {
  ctx.status(`valid, already built, ${renderBytes(live.sizeBytes)}`);
  ctx.log("info", adoptedText(desired));
  return { live, declared, adopted: true, verifiedAt, database };
}

function adoptedText(desired: DesiredIndex): string {
  return (
    `adopted ${displayName(desired)}: ` +
    "a valid index with this definition already existed; nothing was built"
  );
}

/** An existing index may be the one that our own interrupted attempt built. */
function finishedBefore({ buildStartedAt }: Journal, verifiedAt: string): Executed {
  if (buildStartedAt === undefined) return {};
  return {
    builtAt: verifiedAt,
    buildSeconds: Math.round(performance.now() - buildStartedAt) / 1000,
  };
}
