import type { Session } from "../engine/session/session";
import { readLimits } from "../engine/slots/serverSlots";
import { type Finding, ok, warning } from "./finding";

/** A build has two sessions, and a third while it measures queries. */
const NEEDED = 3;

/** Whether the server has connections left for a build, without its last ones. */
export async function connections(observer: Session): Promise<Finding[]> {
  const check = "connections";
  return (await readLimits(observer.query)).map(({ of, most, used, kept }) => {
    const detail = `${used} of ${most} of ${of} are in use`;
    // This session is one of them.
    const isEnough = most - kept - (used - 1) >= NEEDED;
    if (isEnough) return ok(check, detail);
    const waits = `and ${kept} are left to others: an operation waits for free ones`;
    return warning(check, `${detail}, ${waits}`, "close idle sessions, or raise the limit");
  });
}
