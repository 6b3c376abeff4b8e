import type { CheckResult, DiffResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { parseIndexArgs } from "../engine/args";
import { dropIndex } from "../engine/drop";
import { ensureIndex } from "../engine/ensure";
import { measureQueries, type QueryMeasurement } from "../engine/measure";
import type { DesiredIndex } from "../engine/model";
import { type IndexOutputs, toIndexOutputs } from "../engine/outputs";
import { previewIndex } from "../engine/preview";
import { errorText } from "../engine/problems";
import { type ParsedQuery, parseServedQueries } from "../engine/queries";
import { refreshIndex } from "../engine/refresh";
import { createIndexStatement } from "../engine/statement";
import { UNKNOWN } from "../engine/unknown";
import { type CheckFailure, splitHidden, toFailure, toFailures } from "./inputs";
import type { Runtime } from "./runtime";

/** Checked inputs of an `Index`: what the program declared, and the statement that follows from it. */
type IndexInputs = Record<string, unknown> & {
  readonly __urn?: string;
  readonly statement?: string;
};

/** Translates Pulumi's calls for an `Index` into the engine's functions. No logic of its own. */
export function indexProvider(runtime: Runtime): ResourceProvider {
  return {
    check: (olds: IndexInputs, news: IndexInputs) => check(runtime, olds, news),
    diff: (_id, olds: IndexOutputs, news: IndexInputs) => diff(runtime, olds, news),
    create: async (inputs: IndexInputs) => {
      const outs = await ensure(runtime, inputs);
      return { id: `${outs.schema}.${outs.name}`, outs };
    },
    update: async (_id, olds: IndexOutputs, news: IndexInputs) => ({
      outs: await ensure(runtime, news, olds),
    }),
    read: async (id, outputs?: IndexOutputs) => {
      if (!outputs?.canonical) return { id, props: outputs };
      const found = await refreshIndex(runtime.target(), outputs);
      if (found) return { id, props: found };
      runtime
        .context(outputs.__urn)
        .log("warning", `index ${outputs.schema}.${outputs.name} was dropped outside of Pulumi`);
      return { id: "" };
    },
    delete: (_id, outputs: IndexOutputs) =>
      runtime.run(() => dropIndex(runtime.target(), outputs, runtime.context(outputs.__urn))),
  };
}

/** The engine compares the inputs itself. What a refresh found is no input: what will be done about it is told here. */
async function diff(runtime: Runtime, olds: IndexOutputs, news: IndexInputs): Promise<DiffResult> {
  if (olds.valid !== false && !olds.drift) return {};
  const { declared } = splitHidden(news);
  const { serves: _, validateInPreview, statement, ...args } = declared;
  const parsed = await parseIndexArgs(args);
  // Where the declaration has changed too, check has told it.
  if (parsed.kind === "ok" && statement === olds.statement && validateInPreview !== false)
    await tellRepair(runtime, olds, parsed.value);
  return { changes: true };
}

/** Never fails: a refresh asks for the difference too. */
async function tellRepair(
  runtime: Runtime,
  { drift, __urn }: IndexOutputs,
  desired: DesiredIndex,
): Promise<void> {
  const ctx = runtime.context(__urn);
  if (drift) ctx.log("warning", drift);
  try {
    for (const line of await previewIndex(runtime.target(), desired)) ctx.log("info", line);
  } catch (error) {
    ctx.log("warning", errorText(error));
  }
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
    statement: createIndexStatement(parsed.value),
  };
  const failures = identityFailures(olds, checked);
  const isUnchanged = olds.statement === checked.statement;
  if (failures.length > 0 || isUnchanged || validateInPreview === false)
    return { inputs: checked, failures };
  return { inputs: checked, failures: await validate(runtime, parsed.value, hidden) };
}

/** Name, schema and table are the index's identity: a change of them would leave the old index behind unmanaged. */
function identityFailures(olds: IndexInputs, news: IndexInputs): CheckFailure[] {
  return ["name", "schema", "table"]
    .filter((property) => olds[property] !== undefined && olds[property] !== news[property])
    .map((property) => ({
      property: "",
      reason:
        `cannot change ${property} from ${olds[property]} to ${news[property]} in place; ` +
        "declare a second Index with the new value, run pulumi up, then remove this one",
    }));
}

/** Asks the server, in preview and again before the change; in a preview also tells what would be done. */
async function validate(
  runtime: Runtime,
  desired: DesiredIndex,
  hidden: { readonly __urn?: string; readonly __preview?: boolean },
): Promise<CheckFailure[]> {
  try {
    const lines = await previewIndex(runtime.target(), desired);
    if (hidden.__preview) for (const line of lines) runtime.context(hidden.__urn).log("info", line);
    return [];
  } catch (error) {
    return [toFailure(error)];
  }
}

async function ensure(
  runtime: Runtime,
  inputs: IndexInputs,
  olds?: IndexOutputs,
): Promise<IndexOutputs> {
  const { hidden, declared } = splitHidden(inputs);
  const { serves, validateInPreview: _, statement: __, ...args } = declared;
  const desired = required(await parseIndexArgs(args));
  const queries = required(await parseServedQueries("serves", serves ?? []));
  const ctx = runtime.context(hidden.__urn);
  let before: readonly QueryMeasurement[] = [];
  const beforeBuild = async () => {
    before = await measureBefore(runtime, desired, queries, ctx);
  };
  const ensured = await runtime.run(() =>
    ensureIndex(runtime.target(), desired, ctx, { beforeBuild }),
  );
  const outputs = toIndexOutputs(ensured, createIndexStatement(desired), before, olds);
  return { ...outputs, __urn: hidden.__urn };
}

async function measureBefore(
  runtime: Runtime,
  desired: DesiredIndex,
  queries: readonly ParsedQuery[],
  ctx: ReturnType<Runtime["context"]>,
): Promise<readonly QueryMeasurement[]> {
  if (queries.length === 0) return [];
  return measureQueries(runtime.target(), desired, queries, ctx, desired.searchPath);
}

/** Inputs have been through check; what is wrong now is a mistake of ours. */
function required<T>(parsed: { readonly kind: string; readonly value?: T }): T {
  if (parsed.kind !== "ok" || parsed.value === undefined)
    throw new Error("the inputs were not checked");
  return parsed.value;
}
