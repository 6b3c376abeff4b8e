import { setTimeout as delay } from "node:timers/promises";
import { toDesired } from "../../engine/declare/parseIndex";
import { declaredStatement } from "../../engine/declare/statement";
import { loadParser } from "../../engine/input/expression";
import { parseWith } from "../../engine/input/parse";
import { UNKNOWN } from "../../engine/input/unknownValues";
import type { Requirement } from "../../engine/promote/evidence";
import {
  type GateRecord,
  judgeGate,
  type Promoted,
  recordPass,
  refusal,
} from "../../engine/promote/gate";
import { type GateInputs, gateSchema, type ParsedGate } from "../../engine/promote/gateSchema";
import { type DatabaseIdentity, readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import { withObserver } from "../../engine/session/workspace";
import type { Checked, Handler } from "../contract";
import { toFailures } from "../inputs";
import type { Runtime } from "../runtime";

/**
 * The recorded inputs: what was promoted, without the evidence, which changes with every refresh of
 * the other stack.
 */
interface CheckedGate {
  readonly indexes: readonly Promoted[] | string;
  readonly override?: unknown;
  /** Plain reasons that have waived something, and waive nothing else. */
  readonly spent?: readonly string[];
}

/**
 * Implements Pulumi's calls for a `PromotionGate`. It judges what the other stack recorded, and asks
 * its own database only which one it is.
 */
export function gateProvider(runtime: Runtime): Handler {
  return {
    repeats: ["statements", "proofs"],
    given: ["evidence"],
    check: (_call, olds: Partial<CheckedGate>, news: GateInputs) => check(runtime, olds, news),
    diff: async () => ({}),
    create: async (_call, inputs: CheckedGate) => ({ id: "gate", outputs: passed(inputs, {}) }),
    update: async (_call, olds: Partial<GateRecord>, news: CheckedGate) => passed(news, olds),
    read: async (_call, id, outputs) => ({ id, outputs }),
    delete: async () => undefined,
  };
}

function passed({ indexes, override }: CheckedGate, before: Partial<GateRecord>): GateRecord {
  const promoted = typeof indexes === "string" ? [] : indexes;
  const reason = typeof override === "string" ? override : undefined;
  return recordPass(promoted, reason, before, new Date().toISOString());
}

async function check(
  runtime: Runtime,
  olds: Partial<CheckedGate>,
  news: GateInputs,
): Promise<Checked> {
  await loadParser();
  const { evidence: _, unreadable: __, ...kept } = news;
  const parsed = parseWith(gateSchema, news);
  if (parsed.kind === "problems") return { inputs: kept, failures: toFailures(parsed.problems) };
  if (parsed.kind === "unknown") return { inputs: { ...kept, indexes: UNKNOWN } };
  const before = Array.isArray(olds.indexes) ? (olds.indexes as readonly Promoted[]) : [];
  const requirements = parsed.value.indexes.map(toRequirement);
  const spent = spentReasons(olds, before);
  const here = await hereOf(runtime, requirements, before);
  const decision = judgeGate(parsed.value, requirements, { before, spent, here });
  // If a failure named an argument, Pulumi would print the whole evidence before the reason.
  const failures = decision.refused.map((each) => ({
    path: "",
    reason: refusal(each, parsed.value.stack),
  }));
  const inputs = { ...kept, indexes: decision.promoted };
  return { inputs: { ...inputs, ...spentNow(decision.promoted, before, olds) }, failures };
}

/** A release that recorded no spent reasons kept the one that it was given. */
function spentReasons(
  { spent, override }: Partial<CheckedGate>,
  before: readonly Promoted[],
): readonly string[] {
  const isUsed = before.some(({ waived }) => waived !== undefined);
  return [...(spent ?? []), ...(isUsed && typeof override === "string" ? [override] : [])];
}

/** What to record of spent reasons: nothing new where nothing was waived now. */
function spentNow(
  promoted: readonly Promoted[],
  before: readonly Promoted[],
  { spent = [] }: Partial<CheckedGate>,
): Pick<CheckedGate, "spent"> {
  const used = promoted.flatMap((each) =>
    each.reason !== undefined && !before.includes(each) ? [each.reason] : [],
  );
  const all = [...new Set([...spent, ...used])];
  return all.length > 0 ? { spent: all } : {};
}

/** How long the gate waits to hear which database is its own. */
const ASKING_MS = 5_000;

/**
 * This stack's database, to refuse its own as the other's. Undefined if nothing is left to judge, or
 * it does not answer: the gate's Connection may be another, and an `Index` with `gate` asks again.
 */
async function hereOf(
  runtime: Runtime,
  requirements: readonly Requirement[],
  before: readonly Promoted[],
): Promise<DatabaseIdentity | undefined> {
  const isJudged = ({ statement }: Requirement) =>
    before.some((each) => each.statement === statement);
  if (requirements.every(isJudged)) return undefined;
  const timer = new AbortController();
  const tooLate = delay(ASKING_MS, undefined, { signal: timer.signal }).catch(() => undefined);
  const asked = readHere(runtime).catch(() => undefined);
  const here = await Promise.race([asked, tooLate]);
  timer.abort();
  return here;
}

async function readHere(runtime: Runtime): Promise<DatabaseIdentity> {
  const options = { purpose: "gate", writable: false };
  return withObserver(runtime.database(), options, (session) => readDatabaseIdentity(session));
}

function toRequirement(index: ParsedGate["indexes"][number]): Requirement {
  const { schema, name } = index;
  return { schema, name, statement: declaredStatement(toDesired(index)) };
}
