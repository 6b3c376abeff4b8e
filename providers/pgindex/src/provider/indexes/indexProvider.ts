import type { DiffResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { lookAhead } from "../../engine/build/preview";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import type { ParsedIndex } from "../../engine/declare/indexSchema";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { dropIndex } from "../../engine/drop/drop";
import { errorText } from "../../engine/errors/advice";
import { UNKNOWN } from "../../engine/input/unknownValues";
import { changeSince } from "../../engine/record/inventory";
import type { IndexOutputs } from "../../engine/record/outputs";
import { isAtDeclaredPlace, refreshIndex } from "../../engine/record/refresh";
import { rebuildReason } from "../../engine/situation/rebuildReason";
import type { IndexArgs } from "../../resources/indexes/indexArgs";
import type { IndexInputs } from "../inputs";
import { splitIndex } from "../inputs";
import type { Runtime } from "../runtime";
import { claimOf } from "./claim";
import { ensureResource, recordedIndex } from "./ensureResource";
import { checkIndex } from "./indexCheck";
import { keptForHeirText } from "./ownershipMessages";

type Assert<Nothing extends never> = Nothing;

/** Fails to compile if the engine reads an argument that programs cannot write. */
export type Undocumented = Assert<Exclude<keyof ParsedIndex, keyof IndexArgs>>;

/** Implements Pulumi's calls for an `Index` with the engine's functions. */
export function indexProvider(runtime: Runtime): ResourceProvider {
  return {
    check: (olds: IndexInputs, news: IndexInputs) => checkIndex(runtime, olds, news),
    diff: (_id, olds: IndexOutputs, news: IndexInputs) => diff(runtime, olds, news),
    create: async (inputs: IndexInputs) => {
      const outs = await ensureResource(runtime, inputs);
      return { id: `${outs.schema}.${outs.name}`, outs };
    },
    update: async (_id, olds: IndexOutputs, news: IndexInputs) => ({
      outs: await ensureResource(runtime, news, olds),
    }),
    read: async (id, outputs?: IndexOutputs) => {
      if (!outputs?.canonical) return { id, props: outputs };
      await runtime.inventory();
      const { log } = runtime.context(outputs.__urn);
      const warn = (warning: string) => log("warning", warning);
      const found = await refreshIndex(runtime.database(), outputs, warn);
      if (found) return { id, props: found };
      warn(`index ${outputs.schema}.${outputs.name} was dropped outside Pulumi`);
      return { id: "" };
    },
    delete: (_id, outputs: IndexOutputs) => runtime.run(() => remove(runtime, outputs)),
  };
}

/** Drops the index, unless this run declares it again: the resource was renamed or replaced. */
async function remove(runtime: Runtime, outputs: IndexOutputs): Promise<void> {
  await runtime.inventory();
  const ctx = runtime.context(outputs.__urn);
  const heir = runtime.declared.by(outputs);
  if (heir !== undefined) return ctx.log("info", keptForHeirText(outputs, heir));
  await dropIndex(runtime.database(), outputs, ctx);
}

/** Pulumi compares the inputs itself. This adds a new table and what a refresh found. */
async function diff(runtime: Runtime, olds: IndexOutputs, news: IndexInputs): Promise<DiffResult> {
  // A value that a preview does not know yet is not a change: it usually turns out the same.
  const moved = (["schema", "table"] as const).filter(
    (property) => isKnown(news[property]) && olds[property] !== news[property],
  );
  if (moved.length > 0 && !(await hasMovedWithTable(runtime, olds, news)))
    return { replaces: moved };
  const { bloatRatio, valid } = olds;
  const drift = olds.drift ?? (await unrefreshedChange(runtime, olds, news));
  const bloated = rebuildReason({ rebuildWhen: news.rebuildWhen }, { bloatRatio });
  const needsRepair = valid === false || Boolean(drift) || Boolean(bloated);
  const { hidden, declared } = splitIndex(news);
  const { serves: _, validateInPreview, statement, ...args } = declared;
  const isChanged = statement !== olds.statement;
  if (!needsRepair && !isChanged) return {};
  const parsed = await parseIndexArgs(args);
  if (parsed.kind === "ok" && validateInPreview !== false)
    await lookAgain(runtime, { ...olds, drift }, parsed.value, {
      urn: hidden.__urn ?? olds.__urn,
      isShown: !isChanged,
    });
  return needsRepair ? { changes: true } : {};
}

/**
 * Finds what no refresh has recorded: an index that is missing, lost to queries, renamed, or
 * somebody else's by now, or a connection to another database.
 */
async function unrefreshedChange(
  runtime: Runtime,
  olds: IndexOutputs,
  { validateInPreview }: IndexInputs,
): Promise<string | null> {
  if (validateInPreview === false) return null;
  const inventory = await runtime.inventory();
  return inventory ? changeSince(inventory, olds) : null;
}

function isKnown(value: unknown): boolean {
  return value !== undefined && value !== UNKNOWN;
}

/**
 * Looks with all that the state knows, which check was not given, and logs what check has not shown.
 * Never fails, because a refresh also calls diff.
 */
async function lookAgain(
  runtime: Runtime,
  olds: IndexOutputs,
  desired: DesiredIndex,
  { urn, isShown }: { readonly urn?: string; readonly isShown: boolean },
): Promise<void> {
  const ctx = runtime.context(urn);
  if (olds.drift) ctx.log("warning", olds.drift);
  try {
    const claim = claimOf(runtime, urn, desired, olds);
    const previous = await recordedIndex(runtime, olds, desired);
    const look = await lookAhead(runtime.database(), desired, { previous, claim, isShown });
    for (const line of runtime.looks.unshown(urn, look)) ctx.log("info", line);
    runtime.looks.note(urn, look);
  } catch (error) {
    runtime.looks.forget(urn);
    const explained = runtime.pending.explain(runtime.database(), desired, error);
    // Check has said that it waits for a migration.
    if ((await explained.catch(() => [])).length > 0) return;
    ctx.log("warning", errorText(error));
  }
}

/** Whether the index moved with its renamed table or schema, so that nothing must be built. */
async function hasMovedWithTable(
  runtime: Runtime,
  olds: IndexOutputs,
  news: IndexInputs,
): Promise<boolean> {
  const { schema, name, table } = news;
  if (![schema, name, table].every(isKnown)) return false;
  const declared = { schema: String(schema), name: String(name), table: String(table) };
  return isAtDeclaredPlace(runtime.database(), olds, declared);
}
