import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { type Canonicalized, canonicalizeOnClone, formOf } from "../clone";
import { cloneQueueOf } from "./cloneQueue";
import { plainForm } from "./plainForm";

/**
 * Gets the canonical form of a declaration from the server: from its catalog where that tells
 * ({@link plainForm}), else from a clone of the table, where others share the session with their
 * declarations together.
 */
export async function canonicalize(
  session: Session,
  desired: IndexDefinition,
): Promise<Canonicalized> {
  const plain = await plainForm(session, desired);
  if (plain) return formOf(desired, plain);
  const queue = session.shared && cloneQueueOf(session.shared);
  return queue ? queue.ask({ session, desired }) : canonicalizeOnClone(session, desired);
}
