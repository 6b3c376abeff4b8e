import type { DatabaseIdentity } from "../session/databaseIdentity";
import { conditionsOn } from "./conditions";
import { type Condition, type Requirement, unmet } from "./evidence";
import type { ParsedGate } from "./gateSchema";
import { overrideFor, type ParsedOverride, plainRefusal, type Waiver, waiverOf } from "./override";

/** An index that can be built, as recorded with the gate. */
export interface Promoted extends Requirement {
  /** The conditions that an override waived. */
  readonly waived?: readonly Condition["name"][];
  /** The override's reason. Missing in records of older releases. */
  readonly reason?: string;
  /** The database that proved it. Missing in records of older releases. */
  readonly database?: DatabaseIdentity;
}

/** A refused index, with all its conditions. */
export interface Refused {
  readonly requirement: Requirement;
  readonly conditions: readonly Condition[];
  /** Why the override that there is does not apply. */
  readonly why?: string;
}

/** The gate's decision. */
export interface GateDecision {
  readonly promoted: readonly Promoted[];
  readonly refused: readonly Refused[];
}

/** What a gate knows besides its arguments. */
export interface GateMemory {
  /** What passed before. */
  readonly before: readonly Promoted[];
  /** Plain reasons that have waived something already. */
  readonly spent: readonly string[];
  /** This stack's database, if it could be asked. */
  readonly here?: DatabaseIdentity;
}

/**
 * Judges each index. An index that passed once is not judged again, because the other stack may be
 * gone by then. Pure.
 *
 * @internal
 */
export function judgeGate(
  gate: Omit<ParsedGate, "indexes">,
  requirements: readonly Requirement[],
  memory: GateMemory,
): GateDecision {
  const judged = requirements.map((requirement) => ({
    requirement,
    earlier: memory.before.find((each) => isSame(each, requirement)),
    ...judge(gate, requirement, memory.here),
  }));
  const needing = judged.filter(({ earlier, missing }) => !earlier && missing.length > 0).length;
  const promoted: Promoted[] = [];
  const refused: Refused[] = [];
  for (const { requirement, earlier, conditions, missing, database } of judged) {
    const isOther = database && !missing.includes("database");
    const passed = { ...requirement, ...(isOther && { database }) };
    if (earlier) promoted.push(earlier);
    else if (missing.length === 0) promoted.push(passed);
    else {
      const waiver = decide(gate.override, requirement, missing, { needing, spent: memory.spent });
      const { kind } = waiver;
      if (kind === "none") refused.push({ requirement, conditions, why: waiver.why });
      else promoted.push({ ...passed, waived: missing, reason: waiver.reason });
    }
  }
  return { promoted, refused };
}

function decide(
  override: ParsedOverride | undefined,
  requirement: Requirement,
  missing: readonly Condition["name"][],
  { needing, spent }: { readonly needing: number; readonly spent: readonly string[] },
): Waiver {
  if (typeof override !== "string") return waiverOf(override, requirement, missing);
  const why = plainRefusal(override, spent, needing, missing);
  return why === undefined ? { kind: "waived", reason: override } : { kind: "none", why };
}

interface Judged {
  readonly conditions: readonly Condition[];
  readonly missing: readonly Condition["name"][];
  readonly database?: DatabaseIdentity;
}

function judge(
  gate: Omit<ParsedGate, "indexes">,
  requirement: Requirement,
  here: DatabaseIdentity | undefined,
): Judged {
  const evidence = gate.evidence?.[`${requirement.schema}.${requirement.name}`];
  const conditions = gate.unreadable
    ? [unmet("evidence", gate.unreadable)]
    : conditionsOn(requirement, evidence, gate, here);
  const missing = conditions.filter(({ isMet }) => !isMet).map(({ name }) => name);
  return { conditions, missing: [...new Set(missing)], database: evidence?.found?.database };
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
  /** The databases that proved them; none where an override waived which. */
  readonly proofs?: readonly StatementProof[];
}

/** Where a statement was proved. */
export interface StatementProof {
  readonly statement: string;
  readonly database: DatabaseIdentity;
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
  const uses = passing.flatMap(({ schema, name, waived, reason: its = reason }) =>
    waived ? [{ at: now, reason: its, index: `${schema}.${name}`, waived }] : [],
  );
  const proofs = promoted.flatMap(({ statement, database }) =>
    database ? [{ statement, database }] : [],
  );
  return {
    schemaVersion: 1,
    passedAt: before.passedAt === undefined || passing.length > 0 ? now : before.passedAt,
    overridden: uses.at(-1)?.reason ?? before.overridden ?? null,
    overrides: [...(before.overrides ?? []), ...uses].slice(-KEPT_OVERRIDES),
    statements: promoted.map(({ statement }) => statement),
    ...(proofs.length > 0 && { proofs }),
  };
}

/** Renders the refusal that Pulumi shows. */
export function refusal(
  { requirement, conditions, why }: Refused,
  stack: string | undefined,
): string {
  const byMet = [...conditions].sort((a, b) => Number(b.isMet) - Number(a.isMet));
  const where = stack ? `by the stack ${stack}` : "on the other stack";
  const missing = conditions.filter(({ isMet }) => !isMet).map(({ name }) => name);
  return [
    `refused: ${requirement.schema}.${requirement.name} has not been proved ${where} yet`,
    ...byMet.map(({ isMet, text }) => `  ${isMet ? "met:    " : "missing:"} ${text}`),
    ...(why ? [`  why:     ${why}`] : []),
    "  fix: wait until nothing is missing, then run this again",
    "  or:  waive what is missing, for this definition alone: " +
      `pulumi config set pgindex:override '${overrideFor(requirement, missing)}'`,
  ].join("\n");
}
