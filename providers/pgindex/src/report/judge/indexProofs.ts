import { isLost } from "../../status/indexStatus";
import type { Proof, ReportedIndex } from "../reportModel";
import { milliseconds, number, times } from "../valueFormats";

/** Proves that the index is there, valid and as declared. */
export function valid(index: ReportedIndex): Proof[] {
  const { state, drift } = index;
  const text = `${index.index} is ${state}${drift ? ` (${drift})` : ""}`;
  return [{ isMet: state === "valid", text, ...(isLost(state) && { isFailing: true }) }];
}

/** Proves that the plan of each query uses the index. */
export function planned(index: ReportedIndex): Proof[] {
  return (
    unproven(index) ??
    index.queries.map(({ name, planType, usesIndex, index: found }) => {
      const plan = planType ?? "not measured";
      return { isMet: usesIndex, text: `${name}: ${plan}${found ? ` using ${found}` : ""}` };
    })
  );
}

/** Proves that traffic scans the index. */
export function scanned(index: ReportedIndex): Proof[] {
  const { use } = index;
  if (!use || index.stale) return [index.stale ? staleProof(index) : notVerified(index)];
  const scans = Math.max(use.trafficScans, use.samples.at(-1)?.traffic ?? 0);
  const advice = ": let the application run, then pulumi refresh --run-program";
  const text = `${number(scans)} scans by traffic of ${index.index}${scans > 0 ? "" : advice}`;
  return [{ isMet: scans > 0, text }];
}

/** Proves that each query is faster than before the build. */
export function faster(index: ReportedIndex): Proof[] {
  return (
    unproven(index) ??
    index.queries.map(({ name, before, executionMs, timedOut, ratio }) => {
      if (before?.executionMs == null || executionMs === null)
        return { isMet: false, text: `${name}: not measured both before and after the build` };
      const was = `${before.timedOut ? "over " : ""}${milliseconds(before.executionMs)}`;
      const is = `${timedOut ? "over " : ""}${milliseconds(executionMs)}`;
      const isMet = ratio !== null && ratio > 1;
      return { isMet, text: `${name}: ${was} before, ${is} after${times(ratio)}` };
    })
  );
}

/** Proves that every expectation is met. */
export function withoutError(index: ReportedIndex): Proof[] {
  if (index.stale) return [staleProof(index)];
  const wrong = [
    ...index.problems,
    ...index.queries.flatMap(({ name, problems }) =>
      problems.map((problem) => `${name}: ${problem}`),
    ),
  ];
  if (wrong.length > 0) return wrong.map((text) => ({ isMet: false, text, isFailing: true }));
  if (index.queries.length === 0) return [notVerified(index)];
  return [{ isMet: true, text: `${index.index}: every expectation of its queries is met` }];
}

/** Why nothing can be said of its queries; undefined if it can. */
function unproven(index: ReportedIndex): Proof[] | undefined {
  if (index.stale) return [staleProof(index)];
  return index.queries.length === 0 ? [notVerified(index)] : undefined;
}

function staleProof({ stale, state }: ReportedIndex): Proof {
  return { isMet: false, text: stale ?? "", ...(isLost(state) && { isFailing: true }) };
}

function notVerified({ index }: ReportedIndex): Proof {
  const text = `${index} has no measured query: declare what it serves and a Verification`;
  return { isMet: false, text };
}
