import { isDeepStrictEqual } from "node:util";
import { judgeHazards, lookAhead, type Preview } from "../../engine/build/preview";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { declaredStatement } from "../../engine/declare/statement";
import { LockedTableError, PgIndexError } from "../../engine/errors/advice";
import type { JudgedHazard } from "../../engine/hazards/hazard";
import { hazardLine, severityOf } from "../../engine/hazards/policyMessages";
import { UNKNOWN } from "../../engine/input/unknownValues";
import { type ParsedQuery, parseServedQueries } from "../../engine/measure/servedQueries";
import type { PreviousIndex } from "../../engine/situation/scope";
import type { Call, Checked, CheckFailure } from "../contract";
import { gateFailures } from "../gate/passedGate";
import { type IndexInputs, toFailure, toFailures } from "../inputs";
import type { Runtime } from "../runtime";
import { claimOf, isMarkedAnew } from "./claim";
import {
  declaredElsewhereAdvice,
  declaredTwiceAdvice,
  nameDeclaredTwiceAdvice,
} from "./ownershipMessages";
import type { Served } from "./twins";

/** Checks the inputs of an `Index`, first by themselves, then against the program and the server. */
export async function checkIndex(
  runtime: Runtime,
  call: Call,
  { olds, news }: { readonly olds: IndexInputs; readonly news: IndexInputs },
): Promise<Checked> {
  if (call.isPreview) runtime.looks.beginPreview(call.urn);
  // What the gate has let pass changes with other indexes, so it is not recorded.
  const { gate, ...declared } = news;
  const { serves: serving, validateInPreview, statement: _, ...args } = declared;
  const parsed = await parseIndexArgs(args);
  const queries = await parseServedQueries(serving ?? []);
  const problems = [parsed, queries].flatMap((p) => (p.kind === "problems" ? p.problems : []));
  const inputs: IndexInputs = { ...declared, statement: UNKNOWN };
  if (problems.length > 0) return { inputs, failures: toFailures(problems) };
  if (parsed.kind !== "ok") return { inputs };
  const checked = {
    ...inputs,
    schema: parsed.value.schema,
    statement: declaredStatement(parsed.value),
  };
  // Outside of a preview Pulumi shows no refusal whose inputs are unknown.
  const isAsked = validateInPreview !== false;
  const twice = await declareOnce(runtime, parsed.value, call.urn, isAsked);
  if (twice) return { inputs: checked, failures: [twice] };
  const isSameIndex = olds.statement === checked.statement;
  const shut = isSameIndex
    ? []
    : await gateFailures(runtime, gate, { ...parsed.value, statement: checked.statement });
  if (shut.length > 0) return { inputs: checked, failures: shut };
  const isUnchanged = isDeepStrictEqual(decisive(olds), decisive(checked));
  if (validateInPreview === false) return { inputs: checked };
  if (isUnchanged && !isMarkedAnew(runtime, call)) {
    runtime.looks.noteUnchanged(call.urn);
    return { inputs: checked };
  }
  const serves = queries.kind === "ok" ? queries.value : [];
  const question = { desired: parsed.value, serves };
  return { inputs: checked, failures: await validate(runtime, call, olds, question) };
}

/** The inputs that decide what an update does. */
function decisive({ statement, rebuildWhen, takeOverFrom }: IndexInputs): unknown[] {
  return [statement, rebuildWhen, takeOverFrom];
}

/**
 * Refuses a second resource of the program for one index, of the same Connection or of another one
 * to the same database.
 */
async function declareOnce(
  runtime: Runtime,
  place: DesiredIndex,
  urn: string | undefined,
  isAsked: boolean,
): Promise<CheckFailure | undefined> {
  if (urn === undefined) return undefined;
  const here = runtime.declared.declare(place, urn);
  if (here) {
    const isSame = here.table === place.table;
    const advice = isSame
      ? declaredTwiceAdvice(place, here.urn)
      : nameDeclaredTwiceAdvice(place, here);
    return toFailure(new PgIndexError(advice));
  }
  const seen = isAsked ? await runtime.inventory() : undefined;
  const there = seen && runtime.declaredInRun.declare(place, seen, urn);
  if (!seen || there === undefined) return undefined;
  return toFailure(new PgIndexError(declaredElsewhereAdvice(place, there, seen.database)));
}

interface Question {
  readonly desired: DesiredIndex;
  readonly serves: readonly ParsedQuery[];
}

/** Validates on the server, in preview and again before the change. A preview logs the plan. */
async function validate(
  runtime: Runtime,
  call: Call,
  olds: IndexInputs,
  { desired, serves }: Question,
): Promise<CheckFailure[]> {
  try {
    await runtime.inventory();
    const claim = claimOf(runtime, call, desired);
    const isShown = call.isPreview === true;
    const asking = {
      previous: previousOf(olds, desired),
      claim,
      isShown: isShown || runtime.review.isAsked,
      // An adoption is seen again under its lock, and after a change of ours all is read anew.
      mayBeShared: isShown || !runtime.looks.hasBuiltOften,
      serves,
      earlier: runtime.earlier.all,
    };
    const sessions = serves.length > 0 ? 3 : 2;
    const look = await lookAhead(runtime.database(), desired, asking, sessions);
    const { builds, canonical } = look;
    const overlaps = builds && canonical ? runtime.builds.note(desired, canonical) : [];
    const beside = judgeHazards(overlaps, runtime.database(), desired, claim);
    runtime.looks.note(call.urn, { ...look, hazards: [...look.hazards, ...beside] });
    if (!isShown) return [];
    await logPreview(runtime, look, beside, call.urn);
    const served = { queries: serves, replaces: asking.previous };
    if (builds) await logPlans(runtime, desired, served, call);
    return [];
  } catch (error) {
    const later = call.isPreview
      ? await runtime.pending.explain(runtime.database(), desired, error)
      : [];
    for (const line of later) runtime.context(call.urn).log("info", line);
    if (later.length > 0) {
      runtime.looks.postpone(call.urn, later);
      return [];
    }
    runtime.looks.fail(call.urn, error);
    if (call.isPreview || !(error instanceof LockedTableError)) return [toFailure(error)];
    // The change itself waits visibly for the session that locked the table.
    runtime.context(call.urn).log("warning", error.message);
    return [];
  }
}

/** Right before the change nobody reads them. */
async function logPlans(
  runtime: Runtime,
  desired: DesiredIndex,
  served: Served,
  { urn }: Call,
): Promise<void> {
  const ctx = runtime.context(urn);
  const { lines, foretold } = await runtime.twins.tell(runtime.database(), desired, served, ctx);
  if (foretold) runtime.looks.noteForetold(urn, foretold);
  for (const line of lines) ctx.log("info", line);
}

async function logPreview(
  runtime: Runtime,
  { lines, hazards }: Pick<Preview, "lines" | "hazards">,
  beside: readonly JudgedHazard[],
  urn: string | undefined,
): Promise<void> {
  const hint = await runtime.hint();
  const { log } = runtime.context(urn);
  for (const line of runtime.looks.unsaid({ lines, hazards })) log(severityOf(line, hazards), line);
  for (const each of beside) log(severityOf(hazardLine(each), beside), hazardLine(each));
  if (hint) log("info", hint);
}

/**
 * The previous index according to the old inputs. Only an index on the same table can become the
 * declared one.
 */
function previousOf(olds: IndexInputs, desired: DesiredIndex): PreviousIndex | undefined {
  const { schema, name, table, rebuildWhen, storageParameters = {} } = olds;
  if (typeof schema !== "string" || typeof name !== "string") return undefined;
  if (table !== desired.table || schema !== desired.schema) return undefined;
  const parameters = Object.entries(storageParameters as object).map(([key, value]) => [
    key,
    String(value),
  ]);
  const rebuildTrigger = rebuildWhen?.trigger ?? null;
  return { schema, name, rebuildTrigger, storageParameters: Object.fromEntries(parameters) };
}
