import type { WrittenDuration } from "../../engine/input/duration";
import { renderElapsed } from "../../engine/text/render";
import type { ExtraMeasurements } from "../extraMeasurements";
import type { ChecklistLine, Proof, ReportedIndex, ReportedStack } from "../reportModel";
import { faster, planned, scanned, valid, withoutError } from "./indexProofs";
import { backedUp, firstBuild, recorded } from "./stackProofs";

/** Input to the checklist. */
export interface ChecklistInput {
  readonly stack: ReportedStack;
  readonly earlier: ReportedStack | null;
  readonly extra: ExtraMeasurements | null;
  /** How long the indexes must have been valid in the stack that went first. */
  readonly soak: WrittenDuration;
  /** Why none was taken by design, such as snapshots of the provider's. */
  readonly withoutBackup?: string | undefined;
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
    line("Backed up before the first change", backedUp(stack, input.withoutBackup)),
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
  const isDone = proofs.length > 0 && proofs.every(({ isMet }) => isMet);
  return { title, isDone, isFailing: proofs.some(({ isFailing }) => isFailing), proofs };
}

function namesOf(stacks: readonly ReportedStack[]): string {
  return stacks.map(({ name }) => name).join(" and ");
}

function proofsOf({ indexes }: ReportedStack, prove: (index: ReportedIndex) => Proof[]): Proof[] {
  if (indexes.length > 0) return indexes.flatMap(prove);
  return [{ isMet: false, text: "there is no index yet: run pulumi up" }];
}

function prefixed(stack: string, proofs: readonly Proof[]): Proof[] {
  return proofs.map((proof) => ({ ...proof, text: `${stack}: ${proof.text}` }));
}

function handedIn(extra: ExtraMeasurements | null): Proof[] {
  if (!extra || extra.results.length === 0) return [];
  const kept = extra.results.filter(({ ok }) => ok).length;
  const text = `${extra.title}: ${kept} of ${extra.results.length} results are as promised`;
  const isMet = kept === extra.results.length;
  return [{ isMet, text, ...(!isMet && { isFailing: true }) }];
}

/**
 * Milliseconds for which each index had been valid in the stack that went first, when the first
 * one of this stack was ready, or until now. Empty if no stack is known to have gone first.
 */
export function soakedMs({ stack, earlier, now }: ChecklistInput): number[] {
  const built = firstBuild(stack);
  const end = built ? Date.parse(built) : now.getTime();
  return (earlier?.indexes ?? []).map(({ state, validSince }) =>
    state === "valid" ? Math.max(0, end - Date.parse(validSince)) : 0,
  );
}

/** Proves how long each index had been valid in the stack that went first. */
function soaked(input: ChecklistInput): Proof[] {
  const { stack, earlier, soak } = input;
  if (!earlier) return [notCompared(stack)];
  if (earlier.indexes.length === 0)
    return [{ isMet: false, text: `${earlier.name} has no index yet: run pulumi up there` }];
  const until = firstBuild(stack) ? `when the first index of ${stack.name} was ready` : "now";
  const stood = soakedMs(input);
  return [
    ...earlier.indexes.map(({ index, state }, i): Proof => {
      if (state !== "valid") return { isMet: false, text: `${index} is ${state} there` };
      const ms = stood[i] ?? 0;
      const isMet = ms >= soak.ms;
      const wanted = isMet ? "" : `, ${soak.text} required`;
      const text = `${index} had been valid there for ${renderElapsed(ms)} ${until}${wanted}`;
      return { isMet, text };
    }),
    ...stack.gates.flatMap(({ overridden }) =>
      overridden ? [{ isMet: false, text: `the gate was overridden: ${overridden}` }] : [],
    ),
  ];
}

function notCompared({ gates }: ReportedStack): Proof {
  const passed = gates.map(({ passedAt }) => `, whose gate let it through at ${passedAt}`);
  const text =
    `not measured${passed[0] ?? ""}: name the stack that went first, ` +
    "--earlier-stack NAME or --earlier-state FILE";
  return { isMet: false, text };
}
