import type { Foreseen } from "../../engine/foresight/foreseen";
import { UNKNOWN } from "../../engine/input/unknownValues";
import type { Foretold } from "../../engine/twin/foretell";
import { LOOKS_VARIABLE, writeLook } from "../../review/lookFolder";
import type { LookRecord } from "../../review/lookRecord";
import type { Call, CheckFailure } from "../contract";
import type { IndexInputs } from "../inputs";
import type { Runtime } from "../runtime";
import { conceal, secretsOf } from "../secrets";
import { notAskedText, unknownInventoryText, unknownValuesText } from "./reviewMessages";

/** What was looked at: the call, its inputs, and the reasons of a refusal. */
export interface Seen {
  readonly call: Call;
  readonly inputs: IndexInputs;
  readonly failures: readonly CheckFailure[];
}

/** Writes a look down for `pgindex plan`, which has named a folder for it. */
export async function writeDown(runtime: Runtime, seen: Seen): Promise<void> {
  const folder = process.env[LOOKS_VARIABLE];
  const { urn } = seen.call;
  if (folder && urn !== undefined) writeLook(folder, await lookRecord(runtime, urn, seen));
}

/** A look as it is written down: without secrets. */
export async function lookRecord(runtime: Runtime, urn: string, seen: Seen): Promise<LookRecord> {
  const secrets = await secretsOf(seen.inputs, seen.call.secret);
  return withoutSecrets(await recordOf(runtime, urn, seen), secrets);
}

async function recordOf(runtime: Runtime, urn: string, seen: Seen): Promise<LookRecord> {
  const { looks } = runtime;
  const { facts, hazards = [], canonical, foreseen } = looks.of(urn) ?? {};
  const { schema, name, table, statement } = seen.inputs;
  const isPlaced = [schema, name, table].every((part) => isText(part));
  const inventory = await runtime.inventory();
  const foretold = looks.foretold(urn);
  return {
    urn,
    ...outcomeOf(runtime, urn, seen, inventory !== undefined),
    ...(isPlaced && {
      index: { schema: String(schema), name: String(name), table: String(table) },
    }),
    ...(inventory && {
      database: { ...inventory.database, serverVersion: inventory.serverVersion },
    }),
    ...(isText(statement) && { statement }),
    ...(canonical && { canonical }),
    ...(facts && { facts }),
    hazards: [...hazards],
    ...(foreseen && { heldTo: recordedForeseen(foreseen) }),
    ...(foretold && { plans: recordedPlans(foretold) }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== UNKNOWN;
}

function outcomeOf(
  { looks }: Runtime,
  urn: string,
  { inputs, failures }: Seen,
  isReachable: boolean,
): Pick<LookRecord, "outcome" | "code" | "reason"> {
  const failed = looks.failure(urn);
  if (failed) return failed;
  if (failures.length > 0)
    return { outcome: "refused", reason: failures.map(failureText).join("\n") };
  if (inputs.validateInPreview === false) return { outcome: "notAsked", reason: notAskedText() };
  if (inputs.statement === UNKNOWN) return { outcome: "couldNotLook", reason: unknownValuesText() };
  if (!isReachable) return { outcome: "couldNotLook", reason: unknownInventoryText() };
  return { outcome: "looked" };
}

function failureText({ path, reason }: CheckFailure): string {
  return path === "" ? reason : `${path} ${reason}`;
}

function recordedForeseen({ isSiblings, steps }: Foreseen): LookRecord["heldTo"] {
  return {
    isSiblings,
    steps: steps.map((step) => ({ ...step, sql: [...step.sql], drops: [...step.drops] })),
  };
}

function recordedPlans({ queries, bytes, redundant, sureness }: Foretold): LookRecord["plans"] {
  return {
    queries: queries.map((query) => {
      if (query.unknown !== undefined) return { name: query.name, unknown: query.unknown };
      const { unknown: _, alike, ...plan } = query;
      return { ...plan, alike: [...alike] };
    }),
    bytes,
    redundant: redundant.map(({ schema, name, bytes: its }) => ({ schema, name, bytes: its })),
    sureness: { ...sureness, doubts: [...sureness.doubts] },
  };
}

/** What can repeat a secret argument: every text but names, which are none. */
function withoutSecrets(record: LookRecord, secrets: readonly string[]): LookRecord {
  if (secrets.length === 0) return record;
  const { urn, index, database, ...texts } = record;
  return { urn, index, database, ...concealed(texts, secrets) };
}

function concealed<T>(value: T, secrets: readonly string[]): T {
  if (typeof value === "string") return conceal(value, secrets) as T;
  if (Array.isArray(value)) return value.map((each) => concealed(each, secrets)) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, concealed(each, secrets)]);
  return Object.fromEntries(entries) as T;
}
