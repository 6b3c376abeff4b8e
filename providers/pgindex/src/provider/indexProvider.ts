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
import type { Runtime } from "./runtime";

type Assert<Nothing extends never> = Nothing;

/** Does not compile while there is an argument that the engine reads and no program can write. */
export type Undocumented = Assert<Exclude<keyof ParsedIndex, keyof IndexArgs>>;

/** Translates Pulumi's calls for an `Index` into the engine's functions. No logic of its own. */
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
        .log("warning", `index ${outputs.schema}.${outputs.name} was dropped outside of Pulumi`);
      return { id: "" };
    },
    delete: (_id, outputs: IndexOutputs) =>
      runtime.run(() => dropIndex(runtime.database(), outputs, runtime.context(outputs.__urn))),
  };
}

/** The engine compares the inputs itself. A new table, and what a refresh found, are said here. */
async function diff(runtime: Runtime, olds: IndexOutputs, news: IndexInputs): Promise<DiffResult> {
  // What a preview does not know yet is no other table: most often it will be the same one.
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
  // Where the declaration has changed too, check has told it.
  if (parsed.kind === "ok" && statement === olds.statement && validateInPreview !== false)
    await logRepair(runtime, { ...olds, drift }, parsed.value);
  return { changes: true };
}

/**
 * A drop that has failed leaves the state as it was, and the queries without their index: no
 * refresh is needed to see that.
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

/** Never fails: a refresh asks for the difference too. */
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

/**
 * A table that was renamed, or whose schema was, has taken its indexes along: then nothing has to
 * be built.
 */
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
  const checked = {
    ...inputs,
    schema: parsed.value.schema,
    statement: declaredStatement(parsed.value),
  };
  const isUnchanged = olds.statement === checked.statement;
  if (isUnchanged || validateInPreview === false) return { inputs: checked };
  return { inputs: checked, failures: await validate(runtime, olds, parsed.value, hidden) };
}

/**
 * Asks the server, in preview and again before the change; in a preview also tells what would be
 * done.
 */
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
    // The change itself waits in sight for whoever has locked the table.
    runtime.context(hidden.__urn).log("warning", error.message);
    return [];
  }
}

/**
 * The index so far, as far as the old inputs tell: only an index of the same table can become the
 * declared one.
 */
function previousOf(olds: IndexInputs, desired: DesiredIndex): PreviousIndex | undefined {
  const { schema, name, table } = olds;
  if (typeof schema !== "string" || typeof name !== "string") return undefined;
  return table === desired.table && schema === desired.schema ? { schema, name } : undefined;
}
