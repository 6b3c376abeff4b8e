import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { parseWith, toDesired } from "../engine/args";
import { loadParser } from "../engine/fragments";
import { type GateInputs, gateSchema, type ParsedGate } from "../engine/gateSchema";
import { missingFor, type Requirement } from "../engine/promotion";
import { declaredStatement } from "../engine/steps";
import { UNKNOWN } from "../engine/unknown";
import { type CheckFailure, splitHidden, toFailures } from "./inputs";

/** Inputs that are kept: what was promoted, not the evidence, which changes with every refresh of the other stack. */
interface CheckedGate {
  readonly indexes: readonly Requirement[] | string;
  readonly soak?: unknown;
  readonly minimumScans?: unknown;
  readonly override?: unknown;
  readonly __urn?: string;
}

/** Translates Pulumi's calls for a `PromotionGate`. It needs no database: it judges what the other stack recorded. */
export function gateProvider(): ResourceProvider {
  return {
    check,
    diff: async () => ({}),
    create: async (inputs: CheckedGate) => ({ id: "gate", outs: passed(inputs) }),
    update: async (_id, _olds, news: CheckedGate) => ({ outs: passed(news) }),
    read: async (id, outputs) => ({ id, props: outputs }),
    delete: async () => undefined,
  };
}

function passed(inputs: CheckedGate): Record<string, unknown> {
  return {
    schemaVersion: 1,
    passedAt: new Date().toISOString(),
    overridden: inputs.override ?? null,
  };
}

async function check(olds: Partial<CheckedGate>, news: GateInputs): Promise<CheckResult> {
  await loadParser();
  const { hidden, declared } = splitHidden(news);
  const { evidence: _, ...kept } = declared;
  const parsed = parseWith(gateSchema, declared);
  if (parsed.kind === "problems") return { inputs: kept, failures: toFailures(parsed.problems) };
  if (parsed.kind === "unknown")
    return { inputs: { ...kept, indexes: UNKNOWN, __urn: hidden.__urn } };
  const requirements = parsed.value.indexes.map(toRequirement);
  const inputs: CheckedGate = { ...kept, indexes: requirements, __urn: hidden.__urn };
  return { inputs, failures: failuresOf(olds, parsed.value, requirements) };
}

function toRequirement(index: ParsedGate["indexes"][number]): Requirement {
  const { schema, name } = index;
  return { schema, name, statement: declaredStatement(toDesired(index)) };
}

/** What went through the gate once does not have to again: staging may be torn down later. */
function failuresOf(
  olds: Partial<CheckedGate>,
  gate: ParsedGate,
  requirements: readonly Requirement[],
): CheckFailure[] {
  if (gate.override) return [];
  const promoted = new Set(
    Array.isArray(olds.indexes) ? olds.indexes.map((index: Requirement) => index.statement) : [],
  );
  const now = Date.now();
  return requirements
    .filter((requirement) => !promoted.has(requirement.statement))
    .map((requirement) => ({
      requirement,
      missing: missingFor(
        requirement,
        gate.evidence?.[`${requirement.schema}.${requirement.name}`],
        gate,
        now,
      ),
    }))
    .filter(({ missing }) => missing.length > 0)
    .map(({ requirement, missing }) => ({
      // Pulumi would print the whole evidence before the reason.
      property: "",
      reason: gateReason(requirement, missing),
    }));
}

function gateReason(requirement: Requirement, missing: readonly string[]): string {
  return [
    `refused: ${requirement.schema}.${requirement.name} has not been proved on the other stack yet`,
    ...missing.map((line) => `  missing: ${line}`),
    "  fix: wait until nothing is missing, then run this again",
    '  or:  give override a reason (pulumi config set pgindex:override "why it cannot wait")',
  ].join("\n");
}
