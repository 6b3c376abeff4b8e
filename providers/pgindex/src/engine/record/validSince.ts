import type { LiveIndex } from "../catalog/liveIndex";
import type { Session } from "../session/session";
import { serverTime } from "../session/workspace";
import type { IndexOutputs } from "./outputs";

/**
 * Since when this stack knows the index valid, by the server's clock. Another OID is another index,
 * dropped and created by hand, of which nobody knows how long it has been there, unless it has our
 * mark, which REINDEX CONCURRENTLY keeps.
 */
export async function validSinceOf(
  observer: Session,
  old: Pick<IndexOutputs, "oid" | "ownerId" | "valid" | "validSince">,
  live: LiveIndex,
): Promise<string> {
  const isValid = live.valid && live.ready && live.live;
  const isMarked = live.mark !== undefined && live.mark.id === old.ownerId;
  const isSame = live.oid === old.oid || isMarked;
  const isKnown = isSame && (old.valid || !isValid);
  return isKnown ? old.validSince : serverTime(observer);
}
