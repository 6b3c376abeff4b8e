import { assertMayGoOn } from "../../operation/context";
import { stepText } from "../../plan/step";
import type { SessionTarget } from "../../session/database";
import { OLDEST_MS } from "../../session/sharedReads";
import { Batches } from "../../slots/batches";
import { reportAdopted } from "../buildOutcome";
import type { Ensured, Request } from "../request";
import type { Adoptable } from "./adoptable";
import { type Adopted, type Adoption, adoptionOf, adoptTogether } from "./adoptTogether";

type AdoptionQueue = Batches<Adoption, Adopted | "not as seen">;

const queues = new WeakMap<SessionTarget, AdoptionQueue>();

/** Pulumi creates several at a time, and asks for one a few ms after the other. */
const GATHERING_MS = 5;

/**
 * Adopts an index in a short transaction of the session that looks, without the two sessions of a
 * change, and together with others that are adopted meanwhile. Undefined, and nothing written, if it
 * is not as it was seen, or if anything is in the way: then {@link ensureIndex} finds out what.
 */
export async function adoptAsSeen(
  request: Request,
  adoptable: Adoptable,
): Promise<Ensured | undefined> {
  const { desired, ctx } = request;
  // What the declaration means to the server can change with the table, by hands other than ours.
  if (performance.now() - adoptable.seenAt > OLDEST_MS) return undefined;
  assertMayGoOn(ctx);
  const adoption = adoptionOf(request, adoptable);
  const adopted = await queueOf(request.database).ask(adoption);
  if (adopted === "not as seen") return undefined;
  const { step } = adoption;
  if (step) ctx.log("info", stepText(desired, step));
  return reportAdopted(adopted, request, adoptable);
}

function queueOf(database: SessionTarget): AdoptionQueue {
  const queue =
    queues.get(database) ??
    new Batches<Adoption, Adopted | "not as seen">({
      together: (adoptions) => adoptTogether(database, adoptions),
      alone: async (adoption) => (await adoptTogether(database, [adoption]))[0] ?? "not as seen",
      gatheringMs: GATHERING_MS,
    });
  queues.set(database, queue);
  return queue;
}
