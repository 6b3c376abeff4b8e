import { PgIndexError } from "../errors/advice";
import type { Hazard, JudgedHazard } from "./hazard";
import { HAZARD_KINDS, type HazardCode } from "./hazardKinds";
import type { Action } from "./kinds/hazardKind";
import { allowedNote, deniedAdvice, deniedNote, expiredNote } from "./policyMessages";
import type { Decider, HazardRule, Policies } from "./rules";

/** Decides on a hazard: the resource's rule, else the Connection's, else the default. Pure. */
export function judge(
  hazard: Hazard,
  { resource, connection, isProduction, options = {} }: Policies,
  today: string = new Date().toISOString().slice(0, 10),
): JudgedHazard {
  const written = [
    ["resource", resource?.[hazard.code]],
    ["connection", connection?.[hazard.code]],
  ] as const;
  const isOver = (rule: HazardRule) => rule.expires !== undefined && rule.expires < today;
  const expired = written.flatMap(([, rule]) => (rule && isOver(rule) ? expiredNote(rule) : []));
  const [by, rule] = written.find(([, each]) => each && !isOver(each)) ?? [];
  const { option } = HAZARD_KINDS[hazard.code];
  const chosen = option !== undefined && options[option] ? option : undefined;
  const action = rule?.action ?? (chosen ? "allow" : defaultAction(hazard.code, isProduction));
  const decider: Decider =
    by ?? (isProduction && isStricter(hazard.code) ? "production" : "default");
  const notes = [
    ...(action === "deny" ? deniedNote(decider, rule) : []),
    ...(action === "allow" ? allowedNote(rule, chosen) : []),
    ...expired,
  ];
  return { ...hazard, action, ...(notes.length > 0 && { note: notes.join("; ") }) };
}

function defaultAction(code: HazardCode, isProduction: boolean): Action {
  const { action, inProduction } = HAZARD_KINDS[code];
  const stricter = isProduction ? (inProduction ?? action) : action;
  return stricter === "refused" ? "deny" : stricter;
}

function isStricter(code: HazardCode): boolean {
  return HAZARD_KINDS[code].inProduction !== undefined;
}

/** What a policy denies. It stands in the way of the change as well as of its preview. */
export class DeniedError extends PgIndexError {}

/** Decides on all of them. Throws {@link DeniedError} for those that are denied. */
export function judgeAll(hazards: readonly Hazard[], policies: Policies): JudgedHazard[] {
  const judged = hazards.map((each) => judge(each, policies));
  const [first, ...more] = judged.filter(({ action }) => action === "deny");
  if (first) throw new DeniedError(deniedAdvice([first, ...more]));
  return judged;
}

/** Whether any hazard of this kind would be refused, so that it is worth looking for. */
export function denies(code: HazardCode, policies: Policies): boolean {
  const any = { code, severity: "info", object: "", message: "", fix: "" } as const;
  return judge(any, policies).action === "deny";
}
