import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { type BaselineOutputs, markApplied, stillMarked, unmark } from "../baseline/baseline";
import { parseBaseline } from "../baseline/baselineArgs";
import type { Bookkeeping, Mark } from "../baseline/bookkeeping";
import { type HiddenInputs, splitHidden, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

type BaselineInputs = Readonly<Record<string, unknown>> & HiddenInputs;

/** Implements Pulumi's calls for one tool's baseline. */
export function baselineProvider<M extends Mark>(
  runtime: Runtime,
  bookkeeping: Bookkeeping<M>,
): ResourceProvider {
  type Outputs = BaselineOutputs & M & { readonly __urn?: string };
  return {
    check: async (_olds: unknown, news: BaselineInputs) => {
      const { hidden, declared } = splitHidden(news);
      const inputs = { ...declared, __urn: hidden.__urn };
      const parsed = await parseBaseline(bookkeeping, declared);
      return parsed.kind === "problems"
        ? { inputs, failures: toFailures(parsed.problems) }
        : { inputs };
    },
    diff: async (_id, olds: Outputs, news: BaselineInputs) => {
      const replaces = await otherMark(bookkeeping, olds, news);
      // Deletes the other mark first: some tools keep both in the same row.
      return replaces.length > 0 ? { changes: true, replaces, deleteBeforeReplace: true } : {};
    },
    create: async (inputs: BaselineInputs) => {
      const { hidden, declared } = splitHidden(inputs);
      const parsed = await parseBaseline(bookkeeping, declared);
      if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
      const outs = await runtime.run(() =>
        markApplied(bookkeeping, runtime.database(), parsed.value),
      );
      const context = runtime.context(hidden.__urn);
      const { migration, migrationsSchema, migrationsTable } = outs;
      if (outs.adopted) context.log("info", `${migration} was already marked`);
      else
        context.status(`${migration} marked as applied in ${migrationsSchema}.${migrationsTable}`);
      return { id: outs.migration, outs: { ...outs, __urn: hidden.__urn } };
    },
    update: async (_id, olds: Outputs) => ({ outs: olds }),
    read: async (id, outputs?: Outputs) => {
      if (!outputs?.schemaVersion) return { id, props: outputs };
      const isMarked = await stillMarked(bookkeeping, runtime.database(), outputs);
      return isMarked ? { id, props: outputs } : { id: "" };
    },
    delete: (_id, outputs: Outputs) =>
      runtime.run(() => unmark(bookkeeping, runtime.database(), outputs)),
  };
}

/** The arguments that identify another mark. An argument that is not known yet counts as well. */
async function otherMark<M extends Mark>(
  bookkeeping: Bookkeeping<M>,
  olds: M,
  news: BaselineInputs,
): Promise<string[]> {
  const { declared } = splitHidden(news);
  const parsed = await parseBaseline(bookkeeping, declared);
  const wanted = (parsed.kind === "ok" ? parsed.value.mark : declared) as Partial<M>;
  return bookkeeping.identity.filter((key) => key in wanted && wanted[key] !== olds[key]);
}
