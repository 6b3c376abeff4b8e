import { nameInUrn } from "../../engine/declare/ownershipMark";
import type { PgIndexError } from "../../engine/errors/advice";
import { notInPlan, otherDelete } from "../../review/worsenedMessages";
import type { Handler } from "../contract";
import type { Runtime } from "../runtime";
import { settle } from "./settle";

/**
 * As the handler, of resources that are no index: what the plan does not have is not made, and what
 * it does not delete stays.
 */
export function heldResource(handler: Handler, runtime: Runtime): Handler {
  return {
    ...handler,
    create: async (call, inputs) => {
      hold(runtime, call.urn, "create");
      return handler.create(call, inputs);
    },
    delete: async (call, outputs) => {
      hold(runtime, call.urn, "delete");
      await handler.delete(call, outputs);
    },
  };
}

/** Throws {@link PgIndexError} for a change that the plan does not have. */
function hold(runtime: Runtime, urn: string | undefined, change: "create" | "delete"): void {
  const plan = urn === undefined ? undefined : runtime.review.planFor(urn);
  if (!plan || urn === undefined) return;
  const action = plan.other(urn)?.action;
  const isPlanned = action === "replace" || (change === "create" ? action : action === change);
  if (isPlanned) return;
  const reason = action === undefined ? notInPlan() : otherDelete({ action });
  const error: PgIndexError | undefined = settle(runtime, urn, nameInUrn(urn), [reason]);
  if (error) throw error;
}
