import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { toDesired } from "../engine/declare/parseIndex";
import { declaredStatement } from "../engine/declare/statement";
import { loadParser } from "../engine/input/expression";
import { parseWith } from "../engine/input/parse";
import { UNKNOWN } from "../engine/input/unknownValues";
import type { Requirement } from "../engine/promote/evidence";
import {
  type GateRecord,
  judgeGate,
  type Promoted,
  recordPass,
  refusal,
} from "../engine/promote/gate";
import { type GateInputs, gateSchema, type ParsedGate } from "../engine/promote/gateSchema";
import { splitHidden, toFailures } from "./inputs";

/**
 * The recorded inputs: what was promoted, without the evidence, which changes with every refresh of
 * the other stack.
 */
interface CheckedGate {
  readonly indexes: readonly Promoted[] | string;
  readonly override?: string;
  readonly __urn?: string;
}

/**
 * Implements Pulumi's calls for a `PromotionGate`. It needs no database, because it judges what the
 * other stack recorded.
 */
export function gateProvider(): ResourceProvider {
  return {
    check,
    diff: async () => ({}),
    create: async (inputs: CheckedGate) => ({ id: "gate", outs: passed(inputs, {}) }),
    update: async (_id, olds: Partial<GateRecord>, news: CheckedGate) => ({
      outs: passed(news, olds),
    }),
    read: async (id, outputs) => ({ id, props: outputs }),
    delete: async () => undefined,
  };
}

function passed({ indexes, override }: CheckedGate, before: Partial<GateRecord>): GateRecord {
  const promoted = typeof indexes === "string" ? [] : indexes;
  return recordPass(promoted, override, before, new Date().toISOString());
}

async function check(olds: Partial<CheckedGate>, news: GateInputs): Promise<CheckResult> {
  await loadParser();
  const { hidden, declared } = splitHidden(news);
  const { evidence: _, unreadable: __, ...kept } = declared;
  const parsed = parseWith(gateSchema, declared);
  if (parsed.kind === "problems") return { inputs: kept, failures: toFailures(parsed.problems) };
  if (parsed.kind === "unknown")
    return { inputs: { ...kept, indexes: UNKNOWN, __urn: hidden.__urn } };
  const before = Array.isArray(olds.indexes) ? (olds.indexes as readonly Promoted[]) : [];
  const requirements = parsed.value.indexes.map(toRequirement);
  const { promoted, refused } = judgeGate(parsed.value, requirements, before, Date.now());
  // If a failure named a property, Pulumi would print the whole evidence before the reason.
  const failures = refused.map((each) => ({
    property: "",
    reason: refusal(each, parsed.value.stack),
  }));
  return { inputs: { ...kept, indexes: promoted, __urn: hidden.__urn }, failures };
}

function toRequirement(index: ParsedGate["indexes"][number]): Requirement {
  const { schema, name } = index;
  return { schema, name, statement: declaredStatement(toDesired(index)) };
}
