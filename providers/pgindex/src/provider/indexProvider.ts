import { isDeepStrictEqual } from "node:util";
import type { CheckResult, DiffResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { previewIndex } from "../engine/build/preview";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import type { ParsedIndex } from "../engine/declare/indexSchema";
import { parseIndexArgs } from "../engine/declare/parseIndex";
import { declaredStatement } from "../engine/declare/statement";
import { dropIndex } from "../engine/drop/drop";
import { errorText, LockedTableError, PgIndexError } from "../engine/errors/advice";
import { UNKNOWN } from "../engine/input/unknownValues";
import { parseServedQueries } from "../engine/measure/servedQueries";
import { changeSince } from "../engine/record/inventory";
import type { IndexOutputs } from "../engine/record/outputs";
import { isAtDeclaredPlace, refreshIndex } from "../engine/record/refresh";
import { rebuildReason } from "../engine/situation/rebuildReason";
import type { PreviousIndex } from "../engine/situation/scope";
import type { IndexArgs } from "../resources/indexArgs";
import { claimOf } from "./claim";
import { ensureResource } from "./ensureResource";
import type { IndexInputs } from "./inputs";
import { type CheckFailure, type HiddenInputs, splitHidden, toFailure, toFailures } from "./inputs";
import { declaredTwiceAdvice, keptForHeirText } from "./ownershipMessages";
import type { Runtime } from "./runtime";

type Assert<Nothing extends never> = Nothing;

/** Fails to compile if the engine reads an argument that programs cannot write. */
export type Undocumented = Assert<Exclude<keyof ParsedIndex, keyof IndexArgs>>;

/** Implements Pulumi's calls for an `Index` with the engine's functions. */
export function indexProvider(runtime: Runtime): ResourceProvider {
  return {
    check: (olds: IndexInputs, news: IndexInputs) => check(runtime, olds, news),
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
    const lines = await previewIndex(runtime.database(), desired, { previous: olds, claim });
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

async function check(runtime: Runtime, olds: IndexInputs, news: IndexInputs): Promise<CheckResult> {
  const { hidden, declared } = splitHidden(news);
  const { serves, validateInPreview, statement: _, ...args } = declared;
  const parsed = await parseIndexArgs(args);
  const queries = await parseServedQueries("serves", serves ?? []);
  const problems = [parsed, queries].flatMap((p) => (p.kind === "problems" ? p.problems : []));
  const inputs: IndexInputs = { ...declared, __urn: hidden.__urn, statement: UNKNOWN };
  if (problems.length > 0) return { inputs, failures: toFailures(problems) };
  if (parsed.kind !== "ok") return { inputs };
  const twice = declareOnce(runtime, parsed.value, hidden.__urn);
  if (twice) return { inputs, failures: [twice] };
  const checked = {
    ...inputs,
    schema: parsed.value.schema,
    statement: declaredStatement(parsed.value),
  };
  const isUnchanged = isDeepStrictEqual(decisive(olds), decisive(checked));
  if (isUnchanged || validateInPreview === false) return { inputs: checked };
  return { inputs: checked, failures: await validate(runtime, olds, parsed.value, hidden) };
}

/** The inputs that decide what an update does. */
function decisive({ statement, rebuildWhen, takeOverFrom }: IndexInputs): unknown[] {
  return [statement, rebuildWhen, takeOverFrom];
}

/** Refuses a second resource of the program for one index. */
function declareOnce(
  runtime: Runtime,
  place: DesiredIndex,
  urn: string | undefined,
): CheckFailure | undefined {
  const other = urn === undefined ? undefined : runtime.declared.declare(place, urn);
  return other === undefined
    ? undefined
    : toFailure(new PgIndexError(declaredTwiceAdvice(place, other)));
}

/** Validates on the server, in preview and again before the change. A preview logs the plan. */
async function validate(
  runtime: Runtime,
  olds: IndexInputs,
  desired: DesiredIndex,
  hidden: HiddenInputs,
): Promise<CheckFailure[]> {
  try {
    await runtime.inventory();
    const claim = claimOf(runtime, hidden.__urn, desired, olds);
    const asking = { previous: previousOf(olds, desired), claim };
    const lines = await previewIndex(runtime.database(), desired, asking);
    if (hidden.__preview) for (const line of lines) runtime.context(hidden.__urn).log("info", line);
    return [];
  } catch (error) {
    if (hidden.__preview || !(error instanceof LockedTableError)) return [toFailure(error)];
    // The change itself waits visibly for the session that locked the table.
    runtime.context(hidden.__urn).log("warning", error.message);
    return [];
  }
}

/**
 * The previous index according to the old inputs. Only an index on the same table can become the
 * declared one.
 */
function previousOf(olds: IndexInputs, desired: DesiredIndex): PreviousIndex | undefined {
  const { schema, name, table, rebuildWhen } = olds;
  if (typeof schema !== "string" || typeof name !== "string") return undefined;
  if (table !== desired.table || schema !== desired.schema) return undefined;
  return { schema, name, rebuildTrigger: rebuildWhen?.trigger ?? null };
}
