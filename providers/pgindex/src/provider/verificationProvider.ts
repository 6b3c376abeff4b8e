import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "../engine/input/unknownValues";
import {
  type EarlierReport,
  type VerificationReport,
  type Verified,
  verifyIndex,
} from "../engine/verify/verification";
import {
  type DesiredVerification,
  parseVerification,
  verificationInputs,
} from "../engine/verify/verificationArgs";
import {
  type Call,
  type Checked,
  type Difference,
  type Found,
  type Handler,
  type Made,
  UnfinishedError,
} from "./contract";
import { toFailures, withoutNull } from "./inputs";
import type { Runtime } from "./runtime";

type VerificationInputs = Readonly<Record<string, unknown>>;
type VerificationOutputs = VerificationInputs & Partial<VerificationReport>;

/** Answers the calls for a `Verification` with the engine's functions. */
export function verificationProvider(runtime: Runtime): Handler {
  return {
    repeats: ["problems", "found"],
    given: ["before", "canonical"],
    check: (_call, _olds, news: VerificationInputs) => check(news),
    diff: async (_call, olds: VerificationOutputs, news: VerificationInputs) => diff(olds, news),
    create: (call, inputs: VerificationInputs) => runtime.run(() => measure(runtime, call, inputs)),
    update: async (call, olds: VerificationOutputs, news: VerificationInputs) => {
      const previous = reportOfSame(olds, news);
      return (await runtime.run(() => measure(runtime, call, news, previous))).outputs;
    },
    read: (call, id, outputs?: VerificationOutputs) =>
      runtime.run(() => refresh(runtime, call, id, outputs)),
    delete: async () => undefined,
  };
}

async function check(inputs: VerificationInputs): Promise<Checked> {
  const parsed = await parseVerification(inputs);
  return parsed.kind === "problems"
    ? { inputs, failures: toFailures(parsed.problems) }
    : { inputs };
}

/**
 * New measurements are not a change, except failed expectations that must be an error: a refresh
 * may have recorded them without failing.
 */
function diff(olds: VerificationOutputs, news: VerificationInputs): Difference {
  const replaces = ["schema", "name"].filter(
    (key) => news[key] !== UNKNOWN && news[key] !== olds[key],
  );
  if (replaces.length > 0) return { changes: true, replaces };
  if (olds.ok === false && news.onFailedExpectation === "error") return { changes: true };
  // A new parent or an alias changes the URN, which is no reason to measure again.
  const { canonical, ...others } = verificationInputs(news);
  // States of release 0.1 have no canonical form, which is no reason to measure again.
  const asked = olds.canonical === undefined ? others : { ...others, canonical };
  // The dynamic front records nulls, and the native one does not.
  const isSame = isDeepStrictEqual(withoutNull(verificationInputs(olds)), withoutNull(asked));
  return isSame ? { changes: false } : {};
}

/** The last report if it is about the same index, so that its counters continue. */
function reportOfSame(
  olds: VerificationOutputs,
  news: VerificationInputs,
): EarlierReport | undefined {
  // The native front records no nulls.
  const isSameBuild = (olds.builtAt ?? null) === (news.builtAt ?? null);
  const isSame = isSameBuild && olds.validSince === news.validSince;
  return isSame ? earlierReport(olds) : undefined;
}

function earlierReport(outputs: VerificationOutputs): EarlierReport | undefined {
  const { usage, verifiedAt, history, found } = outputs;
  return usage && verifiedAt !== undefined ? { usage, verifiedAt, history, found } : undefined;
}

/** Create and update. */
async function measure(
  runtime: Runtime,
  call: Call,
  inputs: VerificationInputs,
  previous?: EarlierReport,
): Promise<Made> {
  const parsed = await parseVerification(inputs);
  if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
  const desired = parsed.value;
  const ctx = runtime.context(call.urn);
  const verified = await verifyIndex(runtime.database(), desired, ctx, previous);
  if (verified.failures.length > 0) throw new Error(messagesOf(verified));
  const made = { id: verified.report.index, outputs: toOutputs(inputs, verified.report) };
  if (!verified.report.ok && desired.onFailedExpectation === "error")
    throw failedExpectations(desired, problemsOf(verified.report), made);
  warn(runtime, call, verified.report);
  return made;
}

function messagesOf({ failures }: Verified): string {
  return failures.map(({ message }) => message).join("\n");
}

/** A refresh reports its findings and never fails because of them. */
async function refresh(
  runtime: Runtime,
  call: Call,
  id: string,
  outputs?: VerificationOutputs,
): Promise<Found> {
  const parsed = await parseVerification(outputs ? verificationInputs(outputs) : {});
  if (!outputs || parsed.kind !== "ok") return { id, outputs };
  const ctx = runtime.context(call.urn);
  const { report } = await verifyIndex(
    runtime.database(),
    parsed.value,
    ctx,
    earlierReport(outputs),
  );
  warn(runtime, call, report);
  return { id, outputs: toOutputs(outputs, report), inputs: verificationInputs(outputs) };
}

function toOutputs(inputs: VerificationInputs, report: VerificationReport): VerificationOutputs {
  return { ...verificationInputs(inputs), ...report };
}

function warn(runtime: Runtime, { urn }: Call, report: VerificationReport): void {
  const ctx = runtime.context(urn);
  for (const problem of problemsOf(report)) ctx.log("warning", problem);
  for (const { name, note } of report.queries)
    if (note) ctx.log("info", `query "${name}" of ${report.index}: ${note}`);
  ctx.status(report.ok ? "every expectation is met" : "not every expectation is met");
}

function problemsOf(report: VerificationReport): string[] {
  const ofQueries = report.queries.flatMap(({ name, problems }) =>
    problems.map((problem) => `query "${name}" of ${report.index}: ${problem}`),
  );
  return [...report.problems, ...ofQueries];
}

function failedExpectations(
  { schema, name }: DesiredVerification,
  problems: readonly string[],
  made: Made,
): UnfinishedError {
  const what = `${schema}.${name} does not meet its expectations:`;
  return new UnfinishedError([what, ...problems].join("\n"), made, problems);
}
