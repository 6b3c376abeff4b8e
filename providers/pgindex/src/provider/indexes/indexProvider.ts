import { lookAhead } from "../../engine/build/preview";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import type { ParsedIndex } from "../../engine/declare/indexSchema";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { dropIndex } from "../../engine/drop/drop";
import { errorText } from "../../engine/errors/advice";
import { severityOf } from "../../engine/hazards/policyMessages";
import { UNKNOWN } from "../../engine/input/unknownValues";
import { changeSince } from "../../engine/record/inventory";
import type { IndexOutputs } from "../../engine/record/outputs";
import { isAtDeclaredPlace, refreshIndex } from "../../engine/record/refresh";
import { rebuildReason } from "../../engine/situation/rebuildReason";
import type { IndexArgs } from "../../resources/indexes/indexArgs";
import type { Call, Difference, Handler } from "../contract";
import type { IndexInputs } from "../inputs";
import { heldCheck, heldDelete, heldDiff } from "../review/heldIndex";
import { writeDown } from "../review/writeLook";
import type { Runtime } from "../runtime";
import { claimOf, isMarkedAnew } from "./claim";
import { ensureResource, recordedIndex } from "./ensureResource";
import { checkIndex } from "./indexCheck";
import { keptForHeirText } from "./ownershipMessages";

type Assert<Nothing extends never> = Nothing;

/** Fails to compile if the engine reads an argument that programs cannot write. */
export type Undocumented = Assert<Exclude<keyof ParsedIndex, keyof IndexArgs>>;

/** Answers the calls for an `Index` with the engine's functions. */
export function indexProvider(runtime: Runtime): Handler {
  const check = async (call: Call, olds: IndexInputs, news: IndexInputs) => {
    const { inputs, failures = [] } = await checkIndex(runtime, call, { olds, news });
    const seen = { call, inputs: { ...inputs }, failures };
    await writeDown(runtime, seen);
    return { inputs, failures: [...failures, ...(await heldCheck(runtime, seen))] };
  };
  return {
    repeats: ["definition", "canonical", "drift"],
    given: ["gate"],
    check,
    show: async (call, olds: IndexInputs, inputs: IndexInputs) =>
      (await check({ ...call, isPreview: true }, olds, inputs)).failures,
    diff: async (call, olds: IndexOutputs, news: IndexInputs) => {
      runtime.earlier.note(olds);
      const difference = await diff(runtime, call, olds, news);
      const seen = { call, inputs: news, failures: [] };
      await writeDown(runtime, seen);
      const objection = await heldDiff(runtime, seen);
      const refusal = runtime.looks.refusal(call.urn) ?? objection;
      if (refusal && runtime.looks.isPreview(call.urn)) throw refusal;
      return difference;
    },
    create: async (call, inputs: IndexInputs) => {
      const outputs = await ensureResource(runtime, call, inputs);
      return { id: `${outputs.schema}.${outputs.name}`, outputs };
    },
    update: (call, olds: IndexOutputs, news: IndexInputs) =>
      ensureResource(runtime, call, news, olds),
    read: async (call, id, outputs?: IndexOutputs) => {
      if (!outputs?.canonical) return { id, outputs };
      await runtime.inventory();
      const { log } = runtime.context(call.urn);
      const warn = (warning: string) => log("warning", warning);
      const found = await refreshIndex(runtime.database(), outputs, warn);
      if (found) return { id, outputs: found };
      warn(`index ${outputs.schema}.${outputs.name} was dropped outside Pulumi`);
      return undefined;
    },
    delete: (call, outputs: IndexOutputs) => runtime.run(() => remove(runtime, call, outputs)),
  };
}

/** Drops the index, unless this run declares it again: the resource was renamed or replaced. */
async function remove(runtime: Runtime, call: Call, outputs: IndexOutputs): Promise<void> {
  const seen = await runtime.inventory();
  const ctx = runtime.context(call.urn);
  const heir =
    runtime.declared.by(outputs) ?? (seen && runtime.declaredInRun.elsewhere(outputs, seen));
  if (heir !== undefined) return ctx.log("info", keptForHeirText(outputs, heir));
  await heldDelete(runtime, call, outputs);
  const waitForMs = call.withinSeconds && call.withinSeconds * 1000;
  const patience = { ...(waitForMs && { waitForMs }), ...outputs.patience };
  await dropIndex(runtime.database(), { ...outputs, patience }, ctx);
}

/** Pulumi compares the inputs itself. This adds a new table and what a refresh found. */
async function diff(
  runtime: Runtime,
  call: Call,
  olds: IndexOutputs,
  news: IndexInputs,
): Promise<Difference> {
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
  const { serves: _, validateInPreview, statement, ...args } = news;
  const isChanged = statement !== olds.statement;
  const isMarked = isMarkedAnew(runtime, call, olds.ownerId);
  // Of what it could know, check has looked at the index.
  const isSeen = !isMarked || isMarkedAnew(runtime, call);
  if (!needsRepair && !isChanged && isSeen) return isMarked ? { changes: true } : {};
  const parsed = await parseIndexArgs(args);
  if (parsed.kind === "ok" && validateInPreview !== false)
    await lookAgain(runtime, { ...call, isShown: !isChanged }, { ...olds, drift }, parsed.value);
  return needsRepair || isMarked ? { changes: true } : {};
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
  call: Call & { readonly isShown: boolean },
  olds: IndexOutputs,
  desired: DesiredIndex,
): Promise<void> {
  const { urn, isShown } = call;
  const ctx = runtime.context(urn);
  if (olds.drift) ctx.log("warning", olds.drift);
  try {
    const claim = claimOf(runtime, call, desired, olds.ownerId ?? null);
    const previous = await recordedIndex(runtime, olds, desired);
    const isPreview = runtime.looks.isPreview(urn);
    const isRead = isShown || runtime.review.isAsked;
    const earlier = runtime.earlier.all;
    const asking = { previous, claim, isShown: isRead, mayBeShared: isPreview, earlier };
    const look = await lookAhead(runtime.database(), desired, asking);
    for (const line of runtime.looks.unshown(urn, look))
      ctx.log(severityOf(line, look.hazards), line);
    runtime.looks.note(urn, look);
  } catch (error) {
    const explained = runtime.pending.explain(runtime.database(), desired, error);
    // Check has said that it waits for a migration.
    const later = await explained.catch(() => []);
    if (later.length > 0) return runtime.looks.postpone(urn, later);
    runtime.looks.fail(urn, error);
    const isRefused = runtime.looks.isPreview(urn) && runtime.looks.refusal(urn) !== undefined;
    if (!isRefused) ctx.log("warning", errorText(error));
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
