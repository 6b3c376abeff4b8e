import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { parseBaseline } from "../baseline/baselineArgs";
import {
  type BaselineOutputs,
  markApplied,
  stillMarked,
  unmark,
} from "../baseline/drizzleBaseline";
import { type HiddenInputs, splitHidden, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

type BaselineInputs = Readonly<Record<string, unknown>> & HiddenInputs;
type Outputs = BaselineOutputs & { readonly __urn?: string };

/** What makes it another mark. */
const IDENTITY = ["hash", "createdAt", "migrationsSchema", "migrationsTable"] as const;

/** Translates Pulumi's calls for a `DrizzleBaseline`. */
export function baselineProvider(runtime: Runtime): ResourceProvider {
  return {
    check,
    diff: async (_id, olds: Outputs, news: Record<string, unknown>) => {
      const replaces = IDENTITY.filter((key) => key in news && news[key] !== olds[key]);
      return replaces.length > 0 ? { changes: true, replaces } : {};
    },
    create: async (inputs: BaselineInputs) => {
      const { hidden, declared } = splitHidden(inputs);
      const parsed = await parseBaseline(declared);
      if (parsed.kind !== "ok") throw new Error("the inputs were not checked");
      const outs = await runtime.run(() => markApplied(runtime.target(), parsed.value));
      if (outs.adopted)
        runtime.context(hidden.__urn).log("info", `drizzle-kit has marked ${outs.tag} already`);
      return { id: outs.tag, outs: { ...outs, __urn: hidden.__urn } };
    },
    update: async (_id, olds: Outputs) => ({ outs: olds }),
    read: async (id, outputs?: Outputs) => {
      if (!outputs?.hash) return { id, props: outputs };
      return (await stillMarked(runtime.target(), outputs)) ? { id, props: outputs } : { id: "" };
    },
    delete: (_id, outputs: Outputs) => runtime.run(() => unmark(runtime.target(), outputs)),
  };
}

async function check(_olds: unknown, news: BaselineInputs): Promise<CheckResult> {
  const { hidden, declared } = splitHidden(news);
  const inputs = { ...declared, __urn: hidden.__urn };
  const parsed = await parseBaseline(declared);
  return parsed.kind === "problems"
    ? { inputs, failures: toFailures(parsed.problems) }
    : { inputs };
}
