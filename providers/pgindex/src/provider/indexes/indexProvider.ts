import type { DiffResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { previewIndex } from "../../engine/build/preview";
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
import { splitHidden } from "../inputs";
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
      const found = await refreshIndex(runtime.database(), outputs);
      if (found) return { id, props: found };
      runtime
        .context(outputs.__urn)
        .log("warning", `index ${outputs.schema}.${outputs.name} was dropped outside Pulumi`);
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
  if (valid !== false && !drift && !bloated) return {};
  const { declared } = splitHidden(news);
  const { serves: _, validateInPreview, statement, ...args } = declared;
  const parsed = await parseIndexArgs(args);
  // If the declaration changed too, check has already reported it.
  if (parsed.kind === "ok" && statement === olds.statement && validateInPreview !== false)
    await logRepair(runtime, { ...olds, drift }, parsed.value);
  return { changes: true };
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

/** Logs the planned repair. Never fails, because a refresh also calls diff. */
async function logRepair(
  runtime: Runtime,
  olds: IndexOutputs,
  desired: DesiredIndex,
): Promise<void> {
  const ctx = runtime.context(olds.__urn);
  if (olds.drift) ctx.log("warning", olds.drift);
  try {
    const claim = claimOf(runtime, olds.__urn, desired, olds);
    const previous = await recordedIndex(runtime, olds, desired);
    const lines = await previewIndex(runtime.database(), desired, { previous, claim });
    for (const line of lines) ctx.log("info", line);
  } catch (error) {
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
