import { conditionsOn } from "./conditions";
import { type Condition, type Requirement, unmet } from "./evidence";
import type { ParsedGate } from "./gateSchema";

/** An index that may be built, as it is kept with the gate. */
export interface Promoted extends Requirement {
  /** The conditions that an override has waived. */
  readonly waived?: readonly Condition["name"][];
}

/** An index that may not, with every condition on it. */
export interface Refused {
  readonly requirement: Requirement;
  readonly conditions: readonly Condition[];
}

/** What the gate answers. */
export interface GateDecision {
  readonly promoted: readonly Promoted[];
  readonly refused: readonly Refused[];
}

/**
 * Judges each index. What went through once does not have to again: the other stack may be torn
 * down later. Pure: `now` is given.
 */
export function judgeGate(
  gate: Omit<ParsedGate, "indexes">,
  requirements: readonly Requirement[],
  before: readonly Promoted[],
  now: number,
): GateDecision {
  const promoted: Promoted[] = [];
  const refused: Refused[] = [];
  for (const requirement of requirements) {
    const earlier = before.find((each) => isSame(each, requirement));
    const conditions = earlier ? [] : judge(gate, requirement, now);
    const missing = conditions.filter(({ isMet }) => !isMet).map(({ name }) => name);
    if (earlier) promoted.push(earlier);
    else if (missing.length === 0) promoted.push(requirement);
    else if (gate.override) promoted.push({ ...requirement, waived: [...new Set(missing)] });
    else refused.push({ requirement, conditions });
  }
  return { promoted, refused };
}

function judge(
  gate: Omit<ParsedGate, "indexes">,
  requirement: Requirement,
  now: number,
): Condition[] {
  if (gate.unreadable) return [unmet("evidence", gate.unreadable)];
  const evidence = gate.evidence?.[`${requirement.schema}.${requirement.name}`];
  return conditionsOn(requirement, evidence, gate, now);
}

/** Schema and name are part of the statement, but for indexes of older releases. */
function isSame(a: Requirement, b: Requirement): boolean {
  return a.statement === b.statement && a.name === b.name && a.schema === b.schema;
}

/** One use of an override. */
export interface OverrideUse {
  /** ISO 8601. */
  readonly at: string;
  readonly reason: string;
  /** `schema.name` */
  readonly index: string;
  /** The conditions that were not met. */
  readonly waived: readonly string[];
}

/** What a gate keeps of what it let through. Plain JSON. */
export interface GateRecord {
  readonly schemaVersion: number;
  /** When the last index was let through, ISO 8601. */
  readonly passedAt: string;
  /** The reason of the last override that was used, or null. */
  readonly overridden: string | null;
  /** Every override that was used, the oldest first. */
  readonly overrides: readonly OverrideUse[];
  /** The statements that were let through. */
  readonly statements: readonly string[];
}

/** Overrides that are kept, so that the state does not grow for ever. */
const KEPT_OVERRIDES = 50;

/**
 * Adds what goes through now to what went through before. What is recorded stays, whatever the
 * configuration says later. Pure.
 */
export function recordPass(
  promoted: readonly Promoted[],
  reason: string | undefined = "",
  before: Partial<GateRecord>,
  now: string,
): GateRecord {
  // A state of an older release does not say what it let through; what it waived is not marked.
  const isNew = ({ statement, waived }: Promoted) =>
    before.passedAt === undefined ||
    (before.statements ? !before.statements.includes(statement) : waived !== undefined);
  const passing = promoted.filter(isNew);
  const uses = passing.flatMap(({ schema, name, waived }) =>
    waived ? [{ at: now, reason, index: `${schema}.${name}`, waived }] : [],
  );
  return {
    schemaVersion: 1,
    passedAt: before.passedAt === undefined || passing.length > 0 ? now : before.passedAt,
    overridden: uses.at(-1)?.reason ?? before.overridden ?? null,
    overrides: [...(before.overrides ?? []), ...uses].slice(-KEPT_OVERRIDES),
    statements: promoted.map(({ statement }) => statement),
  };
}

/** The refusal, as Pulumi shows it. */
export function refusal({ requirement, conditions }: Refused, stack: string | undefined): string {
  const byMet = [...conditions].sort((a, b) => Number(b.isMet) - Number(a.isMet));
  return [
    `refused: ${requirement.schema}.${requirement.name} has not been proved ${stack ? `by the stack ${stack}` : "on the other stack"} yet`,
    ...byMet.map(({ isMet, text }) => `  ${isMet ? "met:    " : "missing:"} ${text}`),
    "  fix: wait until nothing is missing, then run this again",
    '  or:  give override a reason (pulumi config set pgindex:override "why it cannot wait")',
  ].join("\n");
}
