import type { Session } from "../session/session";
import { SharedReads } from "../session/sharedReads";
import { SharedSession } from "./sharedSession";

/**
 * Lets several pieces of work ask on one session, each on a part of its own: what more than a few
 * ask for is read once for all. For commands that change nothing.
 */
export function readOnce(session: Session): { part(): Session } {
  return session.shared
    ? { part: () => session }
    : new SharedSession(session, new SharedReads(true));
}
