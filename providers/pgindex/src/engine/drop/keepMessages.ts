import type { LiveIndex } from "../catalog/liveIndex";
import type { Keeping } from "../compare/identity";
import { displayName, renderBytes } from "../text/render";
import { qualified } from "../text/sql";

type Kept = Exclude<Keeping, { kind: "own" }>;

/** What a destroy says of an index that it keeps. */
export function keptText(live: LiveIndex, why: Kept): string {
  const size = renderBytes(live.sizeBytes);
  return `kept index ${displayName(live)} (${size}): ${keptReason(live, why)}`;
}

/** Why a destroy keeps an index, and how it goes all the same. */
export function keptReason(live: LiveIndex, why: Kept): string {
  const drop = `DROP INDEX CONCURRENTLY ${qualified(live.schema, live.name)};`;
  switch (why.kind) {
    case "passedOn":
      return `it is now declared as ${why.to}`;
    case "stranger":
      return (
        "it is not the one that this stack built or adopted, somebody has built it anew; " +
        `if nobody needs it: ${drop}`
      );
    case "notBuiltHere":
      return (
        "it stood before this stack declared it; dropOnDestroy: true, applied by " +
        `pulumi up, makes a destroy drop it; by hand: ${drop}`
      );
    case "declaredKept":
      return `dropOnDestroy is false; by hand: ${drop}`;
  }
}
