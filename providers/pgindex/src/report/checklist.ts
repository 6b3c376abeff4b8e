import type { WrittenDuration } from "../engine/input/duration";
import { renderBytes, renderElapsed } from "../engine/text/render";
import type { ExtraMeasurements } from "./extraMeasurements";
import type { ChecklistLine, Proof, ReportedIndex, ReportedStack } from "./reportModel";
import { instant, milliseconds, number, times } from "./valueFormats";

/** Input to the checklist. */
export interface ChecklistInput {
  readonly stack: ReportedStack;
  readonly earlier: ReportedStack | null;
  readonly extra: ExtraMeasurements | null;
  /** How long the indexes must have been valid in the stack that went first. */
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
    line(`They soaked in ${first} for ${soak.text} first`, soaked(input)),
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

function handedIn(extra: ExtraMeasurements | null): Proof[] {
  if (!extra) return [];
  const kept = extra.results.filter(({ ok }) => ok).length;
  const text = `${extra.title}: ${kept} of ${extra.results.length} results are as promised`;
  return [{ isMet: kept === extra.results.length, text }];
}

function recorded({ baselines }: ReportedStack): Proof[] {
  if (baselines.length === 0) {
    const text =
      "the stack does not mark the migration as applied: declare a baseline " +
      "(DrizzleMigrations, NodePgMigrateBaseline, PrismaBaseline), or its tool would run it again";
    return [{ isMet: false, text }];
  }
  return baselines.map(({ migration, migrationsSchema, migrationsTable }) => {
    const where = `${migrationsSchema}.${migrationsTable}`;
    return { isMet: true, text: `migration ${migration} is recorded as applied in ${where}` };
  });
}

function firstBuild({ indexes }: ReportedStack): string | undefined {
  return indexes
    .flatMap(({ builtAt }) => builtAt ?? [])
    .sort()
    .at(0);
}

/** Proves that a backup began before the first index was ready. */
export function backedUp(stack: ReportedStack): Proof[] {
  const { backups } = stack;
  if (backups.length === 0)
    return [{ isMet: false, text: "the stack takes no backup: declare a Backup" }];
  const built = firstBuild(stack);
  return backups.map(({ takenAt, seconds, tool, file, sizeBytes, entries }) => {
    const isMet = built === undefined || takenAt < built;
    const when = isMet ? "" : `, after the first build (${instant(built)})`;
    const size = sizeBytes == null ? "" : `, ${renderBytes(sizeBytes)}`;
    const listed = entries == null ? "" : `, ${number(entries)} entries read back`;
    const took = renderElapsed(seconds * 1000);
    const to = file ? ` to ${file}` : "";
    const text = `${instant(takenAt)}${when}, by ${tool} in ${took}${to}${size}${listed}`;
    return { isMet, text };
  });
}

/**
 * Proves how long each index had been valid in the stack that went first when this one was built.
 */
export function soaked({ stack, earlier, soak, now }: ChecklistInput): Proof[] {
  if (!earlier) {
    const passed = stack.gates.map(({ passedAt }) => `, whose gate let it through at ${passedAt}`);
    const text =
      `not measured${passed[0] ?? ""}: name the stack that went first, ` +
      "--earlier-stack NAME or --earlier-state FILE";
    return [{ isMet: false, text }];
  }
  if (earlier.indexes.length === 0)
    return [{ isMet: false, text: `${earlier.name} has no index yet: run pulumi up there` }];
  const built = firstBuild(stack);
  const end = built ? Date.parse(built) : now.getTime();
  const until = built ? `when the first index of ${stack.name} was ready` : "now";
  return [
    ...earlier.indexes.map(({ index, validSince, state }) => {
      const stood = Math.max(0, end - Date.parse(validSince));
      const isMet = state === "valid" && stood >= soak.ms;
      const wanted = isMet ? "" : `, ${soak.text} required`;
      return {
        isMet,
        text: `${index} had been valid there for ${renderElapsed(stood)} ${until}${wanted}`,
      };
    }),
    ...stack.gates.flatMap(({ overridden }) =>
      overridden ? [{ isMet: false, text: `the gate was overridden: ${overridden}` }] : [],
    ),
  ];
}
