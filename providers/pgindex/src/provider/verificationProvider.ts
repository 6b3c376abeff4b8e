import { isDeepStrictEqual } from "node:util";
import type { CheckResult, DiffResult, ReadResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
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
import { type HiddenInputs, splitSecret, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

type VerificationInputs = Readonly<Record<string, unknown>> & HiddenInputs;
type VerificationOutputs = VerificationInputs & Partial<VerificationReport>;

/** The outputs that repeat the index's definition. */
const HIDDEN = ["problems", "found"];

/** Implements Pulumi's calls for a `Verification` with the engine's functions. */
export function verificationProvider(runtime: Runtime): ResourceProvider {
  return {
    check,
    diff: async (_id, olds: VerificationOutputs, news: VerificationInputs) => diff(olds, news),
    create: (inputs: VerificationInputs) => runtime.run(() => measure(runtime, inputs)),
    update: (_id, olds: VerificationOutputs, news: VerificationInputs) =>
      runtime.run(() => measure(runtime, news, reportOfSame(olds, news))),
    read: (id, outputs?: VerificationOutputs) => runtime.run(() => refresh(runtime, id, outputs)),
    delete: async () => undefined,
  };
}

async function check(_olds: unknown, news: VerificationInputs): Promise<CheckResult> {
  const { hidden, declared, kept } = splitSecret(news, HIDDEN);
  const inputs = { ...declared, ...kept, __urn: hidden.__urn };
  const parsed = await parseVerification(declared);
  return parsed.kind === "problems"
    ? { inputs, failures: toFailures(parsed.problems) }
    : { inputs };
}

/**
 * New measurements are not a change, except failed expectations that must be an error: a refresh
 * may have recorded them without failing.
 */
function diff(olds: VerificationOutputs, news: VerificationInputs): DiffResult {
  const replaces = ["schema", "name"].filter(
    (key) => news[key] !== UNKNOWN && news[key] !== olds[key],
  );
  if (replaces.length > 0) return { changes: true, replaces };
  if (olds.ok === false && news.onFailedExpectation === "error") return { changes: true };
  // A new parent or an alias changes the URN, which is no reason to measure again.
  const { canonical, ...others } = verificationInputs(news);
  // States of release 0.1 have no canonical form, which is no reason to measure again.
  const asked = olds.canonical === undefined ? others : { ...others, canonical };
  return isDeepStrictEqual(verificationInputs(olds), asked) ? { changes: false } : {};
}

/** The last report if it is about the same index, so that its counters continue. */
function reportOfSame(
  olds: VerificationOutputs,
  news: VerificationInputs,
): EarlierReport | undefined {
  const isSame = olds.builtAt === news.builtAt && olds.validSince === news.validSince;
  return isSame ? earlierReport(olds) : undefined;
}

function earlierReport(outputs: VerificationOutputs): EarlierReport | undefined {
  const { usage, verifiedAt, history, found } = outputs;
  return usage && verifiedAt !== undefined ? { usage, verifiedAt, history, found } : undefined;
}

/** Create and update. */
async function measure(
  runtime: Runtime,
  inputs: VerificationInputs,
  previous?: EarlierReport,
): Promise<{ id: string; outs: VerificationOutputs }> {
  const parsed = await parseVerification(splitSecret(inputs, HIDDEN).declared);
  if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
  const desired = parsed.value;
  const ctx = runtime.context(inputs.__urn);
  const verified = await verifyIndex(runtime.database(), desired, ctx, previous);
  if (verified.failures.length > 0) throw new Error(messagesOf(verified));
  const outs = toOutputs(inputs, verified.report);
  if (!verified.report.ok && desired.onFailedExpectation === "error")
    throw new FailedExpectations(desired, verified.report, {
      ...outs,
      __provider: inputs.__provider,
    });
  warn(runtime, inputs, verified.report);
  return { id: verified.report.index, outs };
}

function messagesOf({ failures }: Verified): string {
  return failures.map(({ message }) => message).join("\n");
}

/** A refresh reports its findings and never fails because of them. */
async function refresh(
  runtime: Runtime,
  id: string,
  outputs?: VerificationOutputs,
): Promise<ReadResult> {
  const parsed = await parseVerification(outputs ? verificationInputs(outputs) : {});
  if (!outputs || parsed.kind !== "ok") return { id, props: outputs };
  const ctx = runtime.context(outputs.__urn);
  const { report } = await verifyIndex(
    runtime.database(),
    parsed.value,
    ctx,
    earlierReport(outputs),
  );
  warn(runtime, outputs, report);
  const inputs = { ...verificationInputs(outputs), __urn: outputs.__urn };
  return { id, props: toOutputs(outputs, report), inputs };
}

function toOutputs(inputs: VerificationInputs, report: VerificationReport): VerificationOutputs {
  const { __urn, __secret } = inputs;
  return { ...verificationInputs(inputs), __urn, ...(__secret && { __secret }), ...report };
}

function warn(runtime: Runtime, { __urn }: HiddenInputs, report: VerificationReport): void {
  const ctx = runtime.context(__urn);
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

/**
 * Makes Pulumi record the resource as created but failed to initialize, and call `update` on the
 * next `pulumi up`.
 */
class FailedExpectations extends Error {
  readonly id: string;
  readonly properties: VerificationOutputs;
  readonly reasons: readonly string[];

  constructor(
    desired: DesiredVerification,
    report: VerificationReport,
    properties: VerificationOutputs,
  ) {
    const reasons = problemsOf(report);
    super(
      `${desired.schema}.${desired.name} does not meet its expectations:\n${reasons.join("\n")}`,
    );
    this.id = report.index;
    this.properties = properties;
    this.reasons = reasons;
  }
}
