/** Whether hazards are judged more strictly. */
export type Stage = "production" | "other";

/** A stack whose name has one of these words is production, unless the Connection says otherwise. */
const PRODUCTION = /(?:^|[^a-z])(?:prod|production|live)(?:$|[^a-z])/i;

/** Tells the stage by the name of the stack. @example stageOf("app/eu-production") // "production" */
export function stageOf(stack: string): Stage {
  return PRODUCTION.test(stack.replace(/^.*\//, "")) ? "production" : "other";
}
