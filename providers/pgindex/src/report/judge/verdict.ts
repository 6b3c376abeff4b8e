import type { ChecklistLine, Proof, Report, ReportedStack, Verdict } from "../reportModel";
import { plural } from "../valueFormats";
import { type ChecklistInput, soakedMs } from "./checklist";

type Judged = Pick<Report, "checklist" | "problem">;

/** What a reader wants to know before everything else. Pure. */
export function toVerdict(input: ChecklistInput, judged: Judged): Verdict {
  const { stack, extra } = input;
  const soaked = soakedMs(input);
  const slowest = Math.max(...(extra?.writes ?? []).map(({ ms }) => ms));
  return {
    ...stateOf(input, judged),
    declared: stack.indexes.length,
    valid: stack.indexes.filter(({ state }) => state === "valid").length,
    ratios: ratiosOf(stack),
    longestStallMs: extra?.longestStallMs ?? (Number.isFinite(slowest) ? slowest : null),
    plainBuildStallMs: extra?.plainBuildStallMs ?? null,
    soakedMs: soaked.length > 0 ? Math.min(...soaked) : null,
    missing: judged.checklist.filter(({ isDone }) => !isDone).map(({ title }) => title),
  };
}

function ratiosOf({ indexes }: ReportedStack): Verdict["ratios"] {
  const current = indexes.filter(({ stale }) => stale === null);
  const ratios = current.flatMap(({ queries }) => queries.flatMap(({ ratio }) => ratio ?? []));
  if (ratios.length === 0) return null;
  return { least: Math.min(...ratios), most: Math.max(...ratios) };
}

/** The worst thing that is known decides. */
function stateOf(
  { stack, earlier }: ChecklistInput,
  { checklist, problem }: Judged,
): Pick<Verdict, "state" | "headline"> {
  // A line that only follows from another one is no further problem.
  const reasons = [stack, earlier].flatMap((each) => each?.indexes.flatMap((of) => of.stale ?? []));
  const failing = textsOf(checklist, ({ isFailing, text }) =>
    Boolean(isFailing && !reasons.some((reason) => reason && text.endsWith(reason))),
  );
  const problems = [...(problem ? [problem] : []), ...failing];
  if (problems.length > 0) return { state: "failing", headline: firstOf(problems) };
  const { indexes } = stack;
  const drifted = indexes.filter(({ state }) => state === "drifted");
  if (drifted.length > 0)
    return {
      state: "degraded",
      headline: firstOf(drifted.map(({ index, drift }) => `${index} is drifted: ${drift}`)),
    };
  const building = indexes.filter(({ state }) => state === "building");
  if (building.length > 0)
    return {
      state: "building",
      headline: firstOf(building.map(({ index }) => `${index} is being built`)),
    };
  return proofsOf(indexes.length, checklist);
}

function proofsOf(
  indexes: number,
  checklist: readonly ChecklistLine[],
): Pick<Verdict, "state" | "headline"> {
  if (indexes === 0) return { state: "incomplete", headline: "the stack has no index yet" };
  const open = checklist.filter(({ isDone }) => !isDone).length;
  if (open === 0)
    return { state: "complete", headline: "every line of the checklist has its proof" };
  const lines = `${plural(open, "line")} of ${checklist.length}`;
  const headline = `nothing is broken; ${lines} ${open === 1 ? "is" : "are"} open`;
  return { state: "incomplete", headline };
}

function textsOf(checklist: readonly ChecklistLine[], isOne: (proof: Proof) => boolean): string[] {
  const texts = checklist.flatMap(({ proofs }) => proofs.filter(isOne).map(({ text }) => text));
  return [...new Set(texts)];
}

function firstOf([first = "", ...others]: readonly string[]): string {
  return others.length > 0 ? `${first}, and ${others.length} more` : first;
}
