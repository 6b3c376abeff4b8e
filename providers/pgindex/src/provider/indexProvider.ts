import type { CheckResult, DiffResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { previewIndex } from "../engine/build/preview";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import type { ParsedIndex } from "../engine/declare/indexSchema";
import { parseIndexArgs } from "../engine/declare/parseIndex";
import { declaredStatement } from "../engine/declare/statement";
import { dropIndex } from "../engine/drop/drop";
import { errorText, LockedTableError } from "../engine/errors/advice";
import { UNKNOWN } from "../engine/input/unknownValues";
import { parseServedQueries } from "../engine/measure/servedQueries";
import type { IndexOutputs } from "../engine/record/outputs";
import { isAtDeclaredPlace, refreshIndex } from "../engine/record/refresh";
import { rebuildReason } from "../engine/situation/rebuildReason";
import type { PreviousIndex } from "../engine/situation/scope";
import type { IndexArgs } from "../resources/indexArgs";
import { ensureResource } from "./ensureResource";
import type { IndexInputs } from "./inputs";
import { type CheckFailure, type HiddenInputs, splitHidden, toFailure, toFailures } from "./inputs";
import { gateFailures } from "./passedGate";
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
      const found = await refreshIndex(runtime.database(), outputs);
      if (found) return { id, props: found };
      runtime
        .context(outputs.__urn)
        .log("warning", `index ${outputs.schema}.${outputs.name} was dropped outside Pulumi`);
      return { id: "" };
    },
    delete: (_id, outputs: IndexOutputs) =>
      runtime.run(() => dropIndex(runtime.database(), outputs, runtime.context(outputs.__urn))),
  };
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
  const drift = olds.drift ?? (await unrefreshedLoss(runtime, olds, news));
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
 * Finds an index that queries lost without a refresh having recorded it: a failed drop leaves the
 * state unchanged but hides the index from queries.
 */
async function unrefreshedLoss(
  runtime: Runtime,
  { schema, name }: IndexOutputs,
  { validateInPreview }: IndexInputs,
): Promise<string | null> {
  if (validateInPreview === false) return null;
  return (await runtime.lostIndexes()).get(`${schema}.${name}`) ?? null;
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
    for (const line of await previewIndex(runtime.database(), desired, olds)) ctx.log("info", line);
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
  const { hidden, declared: asked } = splitHidden(news);
  // What the gate has let pass changes with other indexes, so it is not recorded.
  const { gate, ...declared } = asked;
  const { serves, validateInPreview, statement: _, ...args } = declared;
  const parsed = await parseIndexArgs(args);
  const queries = await parseServedQueries("serves", serves ?? []);
  const problems = [parsed, queries].flatMap((p) => (p.kind === "problems" ? p.problems : []));
  const inputs: IndexInputs = { ...declared, __urn: hidden.__urn, statement: UNKNOWN };
  if (problems.length > 0) return { inputs, failures: toFailures(problems) };
  if (parsed.kind !== "ok") return { inputs };
  const checked = {
    ...inputs,
    schema: parsed.value.schema,
    statement: declaredStatement(parsed.value),
  };
  const isUnchanged = olds.statement === checked.statement;
  const failures = isUnchanged
    ? []
    : await gateFailures(runtime, gate, { ...parsed.value, statement: checked.statement });
  if (failures.length > 0) return { inputs: checked, failures };
  if (isUnchanged || validateInPreview === false) return { inputs: checked };
  return { inputs: checked, failures: await validate(runtime, olds, parsed.value, hidden) };
}

/** Validates on the server, in preview and again before the change. A preview logs the plan. */
async function validate(
  runtime: Runtime,
  olds: IndexInputs,
  desired: DesiredIndex,
  hidden: HiddenInputs,
): Promise<CheckFailure[]> {
  try {
    const lines = await previewIndex(runtime.database(), desired, previousOf(olds, desired));
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
  const { schema, name, table } = olds;
  if (typeof schema !== "string" || typeof name !== "string") return undefined;
  return table === desired.table && schema === desired.schema ? { schema, name } : undefined;
}
