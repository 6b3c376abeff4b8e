import { parseServedQueries } from "../../engine/measure/servedQueries";
import type { Context } from "../../engine/operation/context";
import { conditionsOn } from "../../engine/promote/conditions";
import {
  type EarlierReport,
  type VerificationReport,
  type VerificationRequest,
  verifyIndex,
} from "../../engine/verify/verification";
import { toEvidence } from "../../resources/promotion/evidenceParts";
import { parseIndexes } from "../declare/fleetFile";
import type { FleetIndex } from "../declare/fleetIndex";
import type { FleetGate } from "../declare/fleetSchema";
import { databaseOfTarget, leaveTarget } from "../plan/lookAtTargets";
import { indexKey, type Record, recordsOfTarget, saveProof } from "../rollout/records";
import type { Workplace } from "./workplace";

/** What each target has to show. */
export interface Proof {
  readonly fleet: string;
  readonly gate: FleetGate | undefined;
  /** As written. */
  readonly indexes: readonly unknown[];
}

/** What is missing of a target's proof: its database is asked. */
export async function missingOf(
  worker: Workplace,
  name: string,
  { fleet, gate, indexes }: Proof,
): Promise<string[]> {
  const { control, file, env } = worker;
  const target = await worker.target(name);
  if (!target) return ["the targets' source names it no more"];
  const database = databaseOfTarget(target, file.fleet, env);
  const records = await recordsOfTarget(control.query, fleet, name);
  const declarations = await parseIndexes(indexes, "the rollout", target);
  const missing: string[] = [];
  for (const record of records) {
    const declared = declarations.find(({ desired }) => indexKey(desired) === record.index);
    const request = await requestOf(record, declared);
    const earlier = record.proof ?? undefined;
    const { report } = await verifyIndex(database, request, QUIET, earlier as EarlierReport);
    await saveProof(control.query, { fleet, target: name, index: record.index }, report);
    missing.push(...missingProof(gate, record, report));
  }
  await leaveTarget(database);
  return missing;
}

async function requestOf(
  { outputs, serves }: Record,
  declared: FleetIndex | undefined,
): Promise<VerificationRequest> {
  const { schema, name, table, canonical, before, builtAt } = outputs;
  const parsed = await parseServedQueries(serves);
  const queries = parsed.kind === "ok" ? parsed.value : [];
  // As an index has it by default, where only a stack's program knows.
  const searchPath = declared?.desired.searchPath ?? [...new Set([schema, "public"])];
  return { schema, name, table, canonical, before, queries, searchPath, isBuilt: builtAt !== null };
}

function missingProof(
  gate: FleetGate | undefined,
  { index, outputs }: Record,
  report: VerificationReport,
): string[] {
  if (!gate) return report.valid ? [] : report.problems.map((text) => `${index}: ${text}`);
  const { schema, name, statement, validSince, oid, canonical, database, drift } = outputs;
  const recorded = { oid, canonical, database, drift };
  const evidence = toEvidence({ ...report, statement, validSince, recorded });
  return conditionsOn({ schema, name, statement }, evidence, gate)
    .filter(({ isMet }) => !isMet)
    .map(({ text }) => `${index}: ${text}`);
}

const QUIET: Context = {
  signal: new AbortController().signal,
  draining: new AbortController().signal,
  log: () => undefined,
  status: () => undefined,
};
