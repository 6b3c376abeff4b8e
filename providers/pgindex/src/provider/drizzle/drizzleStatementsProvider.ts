import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { stillMarked } from "../../baseline/baseline";
import { type DrizzleMark, drizzle } from "../../baseline/drizzle/drizzleBookkeeping";
import { lockedBuildText, pendingLines } from "../../baseline/drizzle/drizzleMessages";
import { isRun } from "../../baseline/drizzle/indexStatements";
import {
  pendingMigrations,
  type StatementsRequest,
} from "../../baseline/drizzle/pendingMigrations";
import { hasRun } from "../../baseline/drizzle/ranNote";
import { runStatements } from "../../baseline/drizzle/runStatements";
import { changesOf } from "../../baseline/split/changes";
import { buildsUnderLock } from "../../baseline/split/lockedBuilds";
import type { PlacedStatement } from "../../baseline/split/placing";
import { parseWith } from "../../engine/input/parse";
import type { Session } from "../../engine/session/session";
import { withObserver } from "../../engine/session/workspace";
import { type HiddenInputs, splitHidden, toFailure, toFailures } from "../inputs";
import type { Runtime } from "../runtime";

/** The files are read where the work is done, and never recorded. */
type Inputs = Readonly<Record<string, unknown>> &
  HiddenInputs & {
    readonly __read?: Omit<StatementsRequest, "mark">;
    readonly __lineEnds?: readonly string[];
  };

type Outputs = DrizzleMark & { readonly schemaVersion: number; readonly __urn?: string };

const SCHEMA_VERSION = 1;

/** Implements Pulumi's calls for the statements of a Drizzle migration. */
export function drizzleStatementsProvider(runtime: Runtime): ResourceProvider {
  const requests = new Map<string, StatementsRequest>();
  const run = async (inputs: Inputs): Promise<Outputs> => {
    const { hidden } = splitHidden(inputs);
    const request = requests.get(hidden.__urn ?? "");
    if (!request) throw new Error("the inputs were not checked");
    const context = runtime.context(hidden.__urn);
    const done = await runtime.run(() => runStatements(runtime.database(), request, context));
    const { mark } = request;
    if (done.length > 0) context.log("info", `has run ${done.join(", ")}`);
    return { schemaVersion: SCHEMA_VERSION, ...mark, __urn: hidden.__urn };
  };
  return {
    check: (olds: Inputs, news: Inputs) => check(runtime, requests, olds, news),
    diff: async () => ({}),
    create: async (inputs: Inputs) => {
      const outs = await run(inputs);
      return { id: outs.migration, outs };
    },
    update: async (_id, _olds, news: Inputs) => ({ outs: await run(news) }),
    read: async (id, outputs?: Outputs) => {
      if (!outputs?.schemaVersion) return { id, props: outputs };
      const isThere = (await isNoted(runtime, outputs)) || (await isMarked(runtime, outputs));
      return isThere ? { id, props: outputs } : { id: "" };
    },
    delete: async () => undefined,
  };
}

async function check(
  runtime: Runtime,
  requests: Map<string, StatementsRequest>,
  olds: Inputs,
  news: Inputs,
): Promise<CheckResult> {
  const { __read, __lineEnds, ...rest } = news;
  const { hidden, declared } = splitHidden(rest);
  const isSameText = __lineEnds?.includes(String(olds.hash)) === true;
  const hash = isSameText ? olds.hash : declared.hash;
  const inputs = { ...declared, hash, __urn: hidden.__urn };
  const parsed = parseWith(drizzle.inputs, declared);
  if (parsed.kind === "problems") return { inputs, failures: toFailures(parsed.problems) };
  if (parsed.kind !== "ok" || !__read) return { inputs };
  const request = { ...__read, mark: parsed.value };
  requests.set(hidden.__urn ?? "", request);
  const isSame = olds.migration === request.mark.migration;
  if (!hidden.__preview || isSame) return { inputs };
  try {
    await preview(runtime, request, hidden.__urn);
    return { inputs };
  } catch (error) {
    return { inputs, failures: [toFailure(error)] };
  }
}

/** Shows what will run; nothing of it does. */
async function preview(
  runtime: Runtime,
  request: StatementsRequest,
  urn: string | undefined,
): Promise<void> {
  const context = runtime.context(urn);
  const lines = await looking(runtime, request.mark, async (observer) => {
    const isWaiting = await hasRun(observer, request.mark);
    const said = isWaiting ? [`${request.mark.migration} has run, but for its indexes`] : [];
    for (const pending of await pendingMigrations(observer, request)) {
      const runs: PlacedStatement[] = [];
      for (const each of pending.runs) if (await isRun(observer, each, request)) runs.push(each);
      const built = pending.statements.filter(({ by }) => by === "built");
      runtime.pending.note(pending);
      const { created } = changesOf(runs);
      for (const each of runs)
        if (buildsUnderLock(each, created)) context.log("warning", lockedBuildText(each));
      said.push(...pendingLines(pending.migration, runs, built));
    }
    return said;
  });
  for (const line of lines) context.log("info", line);
}

function looking<T>(
  runtime: Runtime,
  { migration }: DrizzleMark,
  work: (observer: Session) => Promise<T>,
): Promise<T> {
  const options = { purpose: `look for ${migration}`, writable: false };
  return withObserver(runtime.database(), options, work);
}

const isNoted = (runtime: Runtime, mark: DrizzleMark) =>
  looking(runtime, mark, (observer) => hasRun(observer, mark));

const isMarked = (runtime: Runtime, mark: DrizzleMark & { readonly schemaVersion: number }) =>
  stillMarked(drizzle, runtime.database(), mark);
