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
import type { Call, Checked, Handler } from "../contract";
import { toFailure, toFailures } from "../inputs";
import type { Runtime } from "../runtime";

/** The files are read where the work is done, and never recorded. */
type Inputs = Readonly<Record<string, unknown>> & {
  readonly __read?: Omit<StatementsRequest, "mark">;
  readonly __lineEnds?: readonly string[];
};

type Outputs = DrizzleMark & { readonly schemaVersion: number };

const SCHEMA_VERSION = 1;

/** Answers the calls for the statements of a Drizzle migration. */
export function drizzleStatementsProvider(runtime: Runtime): Handler {
  const requests = new Map<string, StatementsRequest>();
  const run = async ({ urn }: Call): Promise<Outputs> => {
    const request = requests.get(urn ?? "");
    if (!request) throw new Error("the inputs were not checked");
    const context = runtime.context(urn);
    const done = await runtime.run(() => runStatements(runtime.database(), request, context));
    const { mark } = request;
    if (done.length > 0) context.log("info", `has run ${done.join(", ")}`);
    return { schemaVersion: SCHEMA_VERSION, ...mark };
  };
  const show = async ({ urn }: Call, olds: Inputs) => {
    const request = requests.get(urn ?? "");
    if (!request || olds.migration === request.mark.migration) return [];
    try {
      await preview(runtime, request, urn);
      return [];
    } catch (error) {
      return [toFailure(error)];
    }
  };
  return {
    repeats: [],
    check: async (call, olds: Inputs, news: Inputs) => {
      const { request, ...checked } = read(olds, news);
      if (request) requests.set(call.urn ?? "", request);
      if (!request || !call.isPreview) return checked;
      return { ...checked, failures: await show(call, olds) };
    },
    show,
    diff: async () => ({}),
    create: async (call) => {
      const outputs = await run(call);
      return { id: outputs.migration, outputs };
    },
    update: run,
    read: async (_call, id, outputs?: Outputs) => {
      if (!outputs?.schemaVersion) return { id, outputs };
      const isThere = (await isNoted(runtime, outputs)) || (await isMarked(runtime, outputs));
      return isThere ? { id, outputs } : undefined;
    },
    delete: async () => undefined,
  };
}

/** The inputs to record, and what they ask for if it is all known. */
function read(olds: Inputs, news: Inputs): Checked & { readonly request?: StatementsRequest } {
  const { __read, __lineEnds, ...declared } = news;
  const isSameText = __lineEnds?.includes(String(olds.hash)) === true;
  const inputs = { ...declared, hash: isSameText ? olds.hash : declared.hash };
  const parsed = parseWith(drizzle.inputs, declared);
  if (parsed.kind === "problems") return { inputs, failures: toFailures(parsed.problems) };
  if (parsed.kind !== "ok" || !__read) return { inputs };
  return { inputs, request: { ...__read, mark: parsed.value } };
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
