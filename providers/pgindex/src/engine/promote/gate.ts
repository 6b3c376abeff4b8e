import { conditionsOn } from "./conditions";
import { type Condition, type Requirement, unmet } from "./evidence";
import type { ParsedGate } from "./gateSchema";

/** An index that can be built, as recorded with the gate. */
export interface Promoted extends Requirement {
  /** The conditions that an override waived. */
  readonly waived?: readonly Condition["name"][];
}

/** A refused index, with all its conditions. */
export interface Refused {
  readonly requirement: Requirement;
  readonly conditions: readonly Condition[];
}

/** The gate's decision. */
export interface GateDecision {
  readonly promoted: readonly Promoted[];
  readonly refused: readonly Refused[];
}

/**
 * Judges each index. An index that passed once is not judged again, because the other stack may be
 * gone by then. Pure: `now` is an argument.
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

/** The statement contains schema and name, except for indexes from older releases. */
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

/** A gate's record of what passed. Plain JSON. */
export interface GateRecord {
  readonly schemaVersion: number;
  /** When the last index passed, ISO 8601. */
  readonly passedAt: string;
  /** The reason given for the last used override, or null. */
  readonly overridden: string | null;
  /** The used overrides, oldest first, at most 50. */
  readonly overrides: readonly OverrideUse[];
  /** The statements that passed. */
  readonly statements: readonly string[];
}

/** Maximum number of recorded overrides, which limits the size of the state. */
const KEPT_OVERRIDES = 50;

/**
 * Adds the indexes that pass now to the record. Recorded entries stay, whatever the configuration
 * says later. Pure.
 */
export function recordPass(
  promoted: readonly Promoted[],
  reason: string | undefined = "",
  before: Partial<GateRecord>,
  now: string,
): GateRecord {
  // A state from an older release does not record the statements or mark what it waived.
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

/** Renders the refusal that Pulumi shows. */
export function refusal({ requirement, conditions }: Refused, stack: string | undefined): string {
  const byMet = [...conditions].sort((a, b) => Number(b.isMet) - Number(a.isMet));
  const where = stack ? `by the stack ${stack}` : "on the other stack";
  return [
    `refused: ${requirement.schema}.${requirement.name} has not been proved ${where} yet`,
    ...byMet.map(({ isMet, text }) => `  ${isMet ? "met:    " : "missing:"} ${text}`),
    "  fix: wait until nothing is missing, then run this again",
    '  or:  give override a reason (pulumi config set pgindex:override "why it cannot wait")',
  ].join("\n");
}
