import { isDeepStrictEqual } from "node:util";
import { fingerprint } from "./dataFingerprint.ts";
import { migrateTheRest } from "./demoData.ts";
import type { Database, Traffic } from "./demoDatabase.ts";
import { INDEXES, standingIndexes } from "./demoIndexes.ts";
import type { BuildStall } from "./plainBuildProbe.ts";
import { count, ms, type Result, times } from "./resultTable.ts";
import { queriesOf, type VerifiedIndexes } from "./stackOutputs.ts";

const TABLES = ["patients", "conversation_states", "conversation_messages"] as const;

/** The promised speed-up of each query. */
const PROMISED: Readonly<Record<string, number>> = {
  "active conversation lookup": 20,
  "message history": 30,
};

export async function bothValid(databases: readonly Database[]): Promise<Result> {
  const standing = (await Promise.all(databases.map(({ url }) => standingIndexes(url)))).flat();
  const valid = standing.filter((index) => index.valid).length;
  const wanted = databases.length * INDEXES.length;
  return {
    promise: "both stacks: both indexes are valid",
    measured: `${valid} of ${wanted} valid`,
    ok: valid === wanted,
  };
}

/** Otherwise its next run would build them again, without CONCURRENTLY. */
export async function drizzleIsDone(databases: readonly Database[]): Promise<Result> {
  const ran: string[] = [];
  for (const { url } of databases)
    ran.push(await migrateTheRest(url).then((number) => `${number} run`, errorText));
  return {
    promise: "both stacks: drizzle-kit migrate has nothing to run",
    measured: ran.join(", "),
    ok: ran.every((each) => each === "0 run"),
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function plansUseThem(stack: string, verified: VerifiedIndexes): Result {
  const queries = queriesOf(verified);
  const unused = queries.filter((query) => !query.usesIndex);
  const types = [...new Set(queries.map(({ planType }) => planType ?? "no scan"))];
  return {
    promise: `${stack}: all plans use them`,
    measured: unused.length
      ? `not used: ${unused.map(({ name }) => name).join(", ")}`
      : types.join(", "),
    ok: queries.length === 3 && unused.length === 0,
  };
}

export function trafficScans(stack: string, verified: VerifiedIndexes): Result {
  const scans = Object.entries(verified).map(([index, { usage }]) => ({
    index: shortName(index),
    number: usage.trafficScans,
  }));
  return {
    promise: `${stack}: traffic uses them`,
    measured: scans.map(({ index, number }) => `${index}: ${count(number)} scans`).join(", "),
    ok: scans.length === INDEXES.length && scans.every(({ number }) => number > 0),
  };
}

/** Staging's tables are a tenth of the size, so its gain is only informative. */
export function speed(stack: string, verified: VerifiedIndexes): Result[] {
  return queriesOf(verified).map(({ name, before, executionMs, ratio }) => {
    const promised = stack === "production" ? PROMISED[name] : undefined;
    const measured = before ? `${ms(before.executionMs)} -> ${ms(executionMs)}, ` : "";
    return {
      promise: `${stack}: ${name}${promised ? `, at least ${promised}x` : ""}`,
      measured: `${measured}${ratio === null ? "no time before" : times(ratio)}`,
      ok: ratio !== null && ratio >= (promised ?? 1),
    };
  });
}

export function noFailures(traffic: readonly Traffic[]): Result {
  const sum = (of: (one: Traffic) => number) => traffic.map(of).reduce((a, b) => a + b, 0);
  const failed = sum(({ writes, reads }) => writes.failed + reads.failed);
  const reasons = traffic.flatMap(({ writes }) => writes.failures.map(({ message }) => message));
  return {
    promise: "the application: no failed write, no failed read",
    measured: [
      `${count(sum(({ writes }) => writes.writes))} writes`,
      `${count(sum(({ reads }) => reads.reads))} reads`,
      `${failed} failed`,
      ...new Set(reasons),
    ].join(", "),
    ok: failed === 0 && sum(({ writes }) => writes.writes) > 0,
  };
}

export function stalls(concurrent: BuildStall, plain: BuildStall): Result {
  const share = concurrent.longestStallMs / plain.longestStallMs;
  return {
    promise: "longest write stall on messages, at most 1/3 of the plain build's",
    measured: `${ms(concurrent.longestStallMs)} against ${ms(plain.longestStallMs)}`,
    ok: share <= 1 / 3,
  };
}

export function gateHeld(refused: boolean, allowed: boolean): Result {
  return {
    promise: "production: refused until staging has soaked",
    measured: `${refused ? "refused" : "not refused"}, then ${allowed ? "allowed" : "not allowed"}`,
    ok: refused && allowed,
  };
}

export function nothingToDo(answers: readonly boolean[]): Result {
  return {
    promise: "both stacks: preview straight after up is empty",
    measured: answers.map((empty) => (empty ? "empty" : "not empty")).join(", "),
    ok: answers.every(Boolean),
  };
}

export async function nothingLeft(databases: readonly Database[]): Promise<Result> {
  const left = (await Promise.all(databases.map(({ url }) => standingIndexes(url)))).flat();
  return {
    promise: "destroy: neither index is left",
    measured: left.length ? left.map(({ name }) => name).join(", ") : "none left",
    ok: left.length === 0,
  };
}

export function droppedInOrder(orders: readonly (readonly string[])[]): Result {
  return {
    promise: "destroy: the messages index goes first",
    measured: orders.map((names) => names.map(shortName).join(", then ")).join("; "),
    ok: orders.every((names) => isDeepStrictEqual(names, INDEXES)),
  };
}

const shortName = (index: string): string =>
  index.replace(/conversation_(states|messages)_\S+/g, "$1");

export async function dataUntouched(databases: readonly Database[]): Promise<Result> {
  const now = await Promise.all(databases.map(({ url }) => fingerprint(url)));
  const changed = databases.flatMap(({ name, before }, i) =>
    TABLES.filter((table) => !isDeepStrictEqual(before[table], now[i]?.[table])).map(
      (table) => `${name}.${table}`,
    ),
  );
  const rows = databases.flatMap(({ before }) => TABLES.map((table) => before[table].rows));
  return {
    promise: "destroy: the data is untouched",
    measured: changed.length
      ? `changed: ${changed.join(", ")}`
      : `${count(rows.reduce((sum, number) => sum + number, 0))} rows, same fingerprints`,
    ok: changed.length === 0,
  };
}
