import type { Verdict } from "../../../providers/pgindex/src/engine/compare/differences.ts";
import type { DesiredIndex } from "../../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { plan } from "../../../providers/pgindex/src/engine/plan/plan.ts";
import type { Plan } from "../../../providers/pgindex/src/engine/plan/planResult.ts";
import type { Step } from "../../../providers/pgindex/src/engine/plan/step.ts";
import type { Situation } from "../../../providers/pgindex/src/engine/situation/situation.ts";

/** A situation of a server of today, with nothing beside what stands under the declared name. */
export function situation(verdict: Verdict, more: Partial<Situation> = {}): Situation {
  const nobodys = { whose: "unmarked", isUpdate: false, isOurs: false } as const;
  return { verdict, ...nobodys, leftovers: [], serverVersion: 180000, ...more };
}

/** Whether the resource is new or has had the index. */
export type Intent = "create" | "update";

/** The plan of a resource that is new, or that has had what stands there. */
export function planFor(seen: Situation, desired: DesiredIndex, intent: Intent): Plan {
  const isUpdate = intent === "update";
  return plan({ ...seen, isUpdate, isOurs: isUpdate }, desired);
}

/** What a plan does: its steps in short, or the first line of the refusal. */
export function inShort(plan: Plan): string {
  return plan.kind === "refused" ? plan.advice.what : plan.steps.map(stepInShort).join(", ");
}

/**
 * `build "m_idx"`, `"m_idx_pgindex_new" -> "m_idx"` for a new name, and the SQL of every other
 * alteration.
 */
export function stepInShort(step: Step): string {
  switch (step.kind) {
    case "adopt":
      return "adopt";
    case "alter":
      return step.sqls.map(alterInShort).join("; ");
    default:
      return `${step.kind} ${step.name}`;
  }
}

function alterInShort(sql: string): string {
  return sql
    .replace(/^ALTER INDEX "public"\."(.*)" RENAME TO "(.*)"$/, "$1 -> $2")
    .replaceAll(/"public"\./g, "")
    .replaceAll('"', "");
}
