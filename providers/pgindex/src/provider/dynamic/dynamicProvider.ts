import { isDeepStrictEqual } from "node:util";
import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { CancelledError, PgIndexError } from "../../engine/errors/advice";
import { useLittleMemory } from "../../engine/operation/v8Flags";
import {
  type Call,
  type CheckFailure,
  type Difference,
  type Handler,
  secretOutputs,
  UnfinishedError,
} from "../contract";
import { withoutNull } from "../inputs";
import type { Runtime } from "../runtime";
import { type Hidden, isDynamic, recorded, split } from "./hiddenInputs";
import { RenamedResources } from "./renamedResources";
import { listenForStop } from "./stopSignals";

/** Hands the calls of Pulumi's dynamic-provider process to a handler. */
export function dynamicProvider(runtime: Runtime, handler: Handler): ResourceProvider {
  const of = (properties: object) => split(properties, handler.repeats);
  const renamed = new RenamedResources();
  return {
    configure: async ({ config }) => {
      if (!runtime.configure((key) => config.get(key))) return;
      listenForStop(runtime.stop);
      useLittleMemory();
    },
    async check(olds, news) {
      const { hidden, own, kept } = of(news);
      const before = split(olds);
      const checked = await told(handler.check(callOf(hidden, before.hidden), before.own, own));
      const inputs = { ...kept, ...checked.inputs, __urn: hidden.__urn };
      renamed.note(olds, inputs);
      return { inputs, failures: checked.failures?.map(unnamed) };
    },
    async diff(_id, olds, news) {
      const { hidden, own } = of(news);
      const before = split(olds);
      const concealed = secretOutputs(handler, before.hidden.__secret);
      const call = { ...callOf(hidden, renamed.named(before.hidden, hidden)), concealed };
      const { changes, replaces } = await told(handler.diff(call, before.own, own));
      // The SDK destroys by the provider that it has put into the state.
      const isChanged = !isDynamic(before.hidden) || (changes ?? renamed.change(hidden));
      return { changes: isChanged, replaces: replaces && [...replaces] };
    },
    async create(inputs) {
      const { hidden, own } = of(inputs);
      const { id, outputs } = await told(handler.create(callOf(hidden), own), hidden);
      return { id, outs: { ...outputs, ...recorded(hidden) } };
    },
    async update(_id, olds, news) {
      const { hidden, own } = of(news);
      const before = split(olds);
      const call = callOf(hidden, renamed.named(before.hidden, hidden));
      const outputs = (await isOnlyMoved(handler, call, before, own))
        ? before.own
        : await told(handler.update(call, before.own, own), hidden);
      return { outs: { ...outputs, ...recorded(hidden) } };
    },
    async read(id, outputs?: object) {
      const { hidden, own } = split(outputs ?? {});
      const found = await told(handler.read(callOf({}, hidden), id, outputs && own));
      if (!found) return { id: "" };
      const { inputs } = found;
      return {
        id: found.id,
        props: found.outputs && { ...found.outputs, ...recorded(hidden) },
        ...(inputs && { inputs: { ...inputs, ...recorded(hidden) } }),
      };
    },
    async delete(_id, outputs) {
      const { hidden, own } = split(outputs);
      await told(handler.delete(callOf({}, hidden), own));
    },
  };
}

/** The state is the native provider's, and says what the program does. */
async function isOnlyMoved(
  handler: Handler,
  call: Call,
  { hidden, own: olds }: ReturnType<typeof split>,
  news: object,
): Promise<boolean> {
  return !isDynamic(hidden) && isSame(await handler.diff(call, olds, news), olds, news);
}

function isSame({ changes }: Difference, olds: object, news: object): boolean {
  if (changes !== undefined) return !changes;
  const asked = new Set(Object.keys(news));
  const recorded = Object.entries(olds).filter(([name]) => asked.has(name));
  return isDeepStrictEqual(withoutNull(Object.fromEntries(recorded)), withoutNull(news));
}

function callOf(news: Hidden, olds: Hidden = {}): Call {
  return {
    urn: news.__urn ?? olds.__urn,
    formerUrn: olds.__urn,
    isPreview: news.__preview === true,
    secret: news.__secret,
    formerSecret: olds.__secret,
  };
}

/** Pulumi prints the value of a property that is named, even if it is a secret. */
function unnamed({ path, reason }: CheckFailure): { property: ""; reason: string } {
  return { property: "", reason: path === "" ? reason : `${path} ${reason}` };
}

/** Throws as the SDK wants it. */
async function told<Answer>(answer: Promise<Answer>, hidden: Hidden = {}): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof UnfinishedError ? unfinished(error, hidden) : brief(error);
  }
}

function unfinished(error: UnfinishedError, hidden: Hidden): Error {
  const { id, outputs } = error.made;
  const properties = { ...outputs, ...recorded(hidden), __provider: hidden.__provider };
  return Object.assign(new Error(error.message), { id, properties, reasons: error.reasons });
}

/**
 * The SDK prints whatever a refresh or a destroy throws as `${error}: ${error.stack}` in the
 * stack's row, and the engine shows the message again in the resource's row. To show advice only
 * once, this shortens what the SDK prints to one line. Errors that are bugs keep their stack.
 */
function brief(error: unknown): unknown {
  if (error instanceof PgIndexError || error instanceof CancelledError) {
    error.toString = () => "pgindex";
    error.stack = error.message.split("\n")[0];
  }
  return error;
}
