import {
  type BaselineOutputs,
  markApplied,
  markKey,
  stillMarked,
  unmark,
} from "../baseline/baseline";
import { parseBaseline } from "../baseline/baselineArgs";
import { keptMarkText } from "../baseline/baselineMessages";
import type { Bookkeeping, Mark } from "../baseline/bookkeeping";
import type { Call, Handler } from "./contract";
import { toFailures } from "./inputs";
import type { Runtime } from "./runtime";

type BaselineInputs = Readonly<Record<string, unknown>> & {
  /** What the file's hash is with either line end. Never recorded. */
  readonly __lineEnds?: readonly string[];
};

/** Answers the calls for one tool's baseline. */
export function baselineProvider<M extends Mark>(
  runtime: Runtime,
  bookkeeping: Bookkeeping<M>,
): Handler {
  type Outputs = BaselineOutputs & M;
  /** The marks that the program declares in this run, and the resource of each. */
  const declaredAs = new Map<string, string>();
  const mark = async ({ urn }: Call, inputs: BaselineInputs, olds?: Outputs) => {
    const parsed = await parseBaseline(bookkeeping, inputs);
    if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
    const outs = await runtime.run(() =>
      markApplied(bookkeeping, runtime.database(), parsed.value, olds),
    );
    report(runtime, urn, outs);
    return outs;
  };
  return {
    repeats: [],
    check: async ({ urn }, olds: BaselineInputs, news: BaselineInputs) => {
      const { __lineEnds, ...declared } = news;
      const { fileHash } = bookkeeping;
      const known = fileHash && olds[fileHash];
      const isSameText = __lineEnds?.includes(String(known)) === true;
      const inputs = {
        ...declared,
        ...(fileHash && isSameText && { [fileHash]: known }),
      };
      const parsed = await parseBaseline(bookkeeping, declared);
      if (parsed.kind === "problems") return { inputs, failures: toFailures(parsed.problems) };
      if (parsed.kind === "ok") declaredAs.set(markKey(bookkeeping, parsed.value.mark), urn ?? "");
      return { inputs };
    },
    // Pulumi compares the inputs itself. Nothing is replaced: an update gives the old mark up only
    // in the transaction that sets the new one.
    diff: async () => ({}),
    create: async (call, inputs: BaselineInputs) => {
      const outputs = await mark(call, inputs);
      return { id: outputs.migration, outputs };
    },
    update: (call, olds: Outputs, news: BaselineInputs) => mark(call, news, olds),
    read: async (_call, id, outputs?: Outputs) => {
      if (!outputs?.schemaVersion) return { id, outputs };
      const isMarked = await stillMarked(bookkeeping, runtime.database(), outputs);
      return isMarked ? { id, outputs } : undefined;
    },
    delete: async ({ urn }, outputs: Outputs) => {
      const context = runtime.context(urn);
      // Renamed, tainted, moved into a component, or replaced: the program still declares it.
      const heir = declaredAs.get(markKey(bookkeeping, outputs));
      if (heir !== undefined) return context.log("info", keptMarkText(outputs, heir));
      const isRemoved = await runtime.run(() => unmark(bookkeeping, runtime.database(), outputs));
      if (isRemoved || outputs.adopted) return;
      context.log("info", keptMarkText(outputs, undefined, bookkeeping.staysFor?.(outputs)));
    },
  };
}

function report(runtime: Runtime, urn: string | undefined, outs: BaselineOutputs): void {
  const context = runtime.context(urn);
  const { migration, migrationsSchema, migrationsTable, adopted } = outs;
  if (adopted) context.log("info", `${migration} was already marked`);
  else context.status(`${migration} marked as applied in ${migrationsSchema}.${migrationsTable}`);
}
