import type { WrittenDuration } from "../engine/input/duration";
import type { ReportedIndex, ReportedStack } from "./data";
import type { Extra } from "./extra";
import { backedUp, milliseconds, number, soaked, times } from "./proofs";

/** One measurement that speaks for a line of the checklist, or against it. */
export interface Proof {
  readonly isMet: boolean;
  /** What was measured, or what is missing and how to get it. */
  readonly text: string;
}

/** A line of the checklist: done when there is a proof and every one is met. */
export interface ChecklistLine {
  readonly title: string;
  readonly isDone: boolean;
  readonly proofs: readonly Proof[];
}

/** What the checklist is judged by. */
export interface ChecklistInput {
  readonly stack: ReportedStack;
  readonly earlier: ReportedStack | null;
  readonly extra: Extra | null;
  /** How long the indexes must have stood in the stack that went first. */
  readonly soak: WrittenDuration;
  readonly now: Date;
}

/** The checklist of a rollout, each line with its proof. Pure. */
export function toChecklist(input: ChecklistInput): ChecklistLine[] {
  const { stack, earlier, extra, soak } = input;
  const stacks = earlier ? [earlier, stack] : [stack];
  const ofEach = (prove: (index: ReportedIndex) => Proof[]) =>
    stacks.flatMap((each) => prefixed(each.name, proofsOf(each, prove)));
  const first = earlier?.name ?? "the stack that goes first";
  return [
    line("Backed up before the first change", backedUp(stack)),
    line(`The indexes are valid in ${namesOf(stacks)}`, ofEach(valid)),
    line(`Query plans use them in ${namesOf(stacks)}`, ofEach(planned)),
    line(`They stood in ${first} for ${soak.text} before`, soaked(input)),
    line("Traffic scans them: scan counts are above zero", ofEach(scanned)),
    line(`The queries are faster in ${stack.name} than before`, proofsOf(stack, faster)),
    line("No errors", [...ofEach(withoutError), ...handedIn(extra)]),
    line("The migration tool's own records are up to date", recorded(stack)),
  ];
}

function line(title: string, proofs: readonly Proof[]): ChecklistLine {
  return { title, isDone: proofs.length > 0 && proofs.every(({ isMet }) => isMet), proofs };
}

function namesOf(stacks: readonly ReportedStack[]): string {
  return stacks.map(({ name }) => name).join(" and ");
}

function proofsOf({ indexes }: ReportedStack, prove: (index: ReportedIndex) => Proof[]): Proof[] {
  if (indexes.length > 0) return indexes.flatMap(prove);
  return [{ isMet: false, text: "there is no index yet: run pulumi up" }];
}

function prefixed(stack: string, proofs: readonly Proof[]): Proof[] {
  return proofs.map(({ isMet, text }) => ({ isMet, text: `${stack}: ${text}` }));
}

function valid({ index, state, drift }: ReportedIndex): Proof[] {
  const text = `${index} is ${state}${drift ? ` (${drift})` : ""}`;
  return [{ isMet: state === "valid", text }];
}

function notVerified({ index }: ReportedIndex): Proof[] {
  const text = `${index} has no measured query: declare what it serves and a Verification`;
  return [{ isMet: false, text }];
}

function planned(index: ReportedIndex): Proof[] {
  if (index.queries.length === 0) return notVerified(index);
  return index.queries.map(({ name, planType, usesIndex, index: found }) => {
    const plan = planType ?? "not measured";
    return { isMet: usesIndex, text: `${name}: ${plan}${found ? ` using ${found}` : ""}` };
  });
}

function scanned({ index, use }: ReportedIndex): Proof[] {
  if (!use) return notVerified({ index } as ReportedIndex);
  const scans = Math.max(use.trafficScans, use.samples.at(-1)?.traffic ?? 0);
  const advice = ": let the application run, then pulumi refresh --run-program";
  const text = `${number(scans)} scans by traffic of ${index}${scans > 0 ? "" : advice}`;
  return [{ isMet: scans > 0, text }];
}

function faster(index: ReportedIndex): Proof[] {
  if (index.queries.length === 0) return notVerified(index);
  return index.queries.map(({ name, before, executionMs, timedOut, ratio }) => {
    if (before?.executionMs == null || executionMs === null)
      return { isMet: false, text: `${name}: not measured both before and after the build` };
    const was = `${before.timedOut ? "over " : ""}${milliseconds(before.executionMs)}`;
    const is = `${timedOut ? "over " : ""}${milliseconds(executionMs)}`;
    const isMet = ratio !== null && ratio > 1;
    return { isMet, text: `${name}: ${was} before, ${is} now${times(ratio)}` };
  });
}

function withoutError({ index, queries, problems }: ReportedIndex): Proof[] {
  const wrong = [
    ...problems,
    ...queries.flatMap((query) => query.problems.map((problem) => `${query.name}: ${problem}`)),
  ];
  if (wrong.length > 0) return wrong.map((text) => ({ isMet: false, text }));
  if (queries.length === 0) return notVerified({ index } as ReportedIndex);
  return [{ isMet: true, text: `${index}: every expectation of its queries is met` }];
}

function handedIn(extra: Extra | null): Proof[] {
  if (!extra) return [];
  const kept = extra.results.filter(({ ok }) => ok).length;
  const text = `${extra.title}: ${kept} of ${extra.results.length} results are as promised`;
  return [{ isMet: kept === extra.results.length, text }];
}

function recorded({ baselines }: ReportedStack): Proof[] {
  if (baselines.length === 0) {
    const text =
      "the stack does not mark the migration as applied: declare a baseline (DrizzleBaseline, NodePgMigrateBaseline, PrismaBaseline), or its tool would run it again";
    return [{ isMet: false, text }];
  }
  return baselines.map(({ migration, migrationsSchema, migrationsTable }) => {
    const where = `${migrationsSchema}.${migrationsTable}`;
    return { isMet: true, text: `migration ${migration} is recorded as applied in ${where}` };
  });
}
