import type { Facts } from "../../engine/hazards/facts";
import { renderBytes, renderElapsed } from "../../engine/text/render";
import { nameOf } from "../findings";
import type { Plan, PlannedIndex } from "../plan";

/** What a reviewer weighs, of the whole program in one table. */
export interface FactsTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What its figures rest on, and what cannot be known. */
  readonly notes: readonly string[];
}

const HEAD = [
  "what runs",
  "table",
  "rows",
  "table size",
  "writes",
  "index size",
  "disk",
  "WAL",
  "time",
  "locks",
];

/** A row for each index that something is done to, and one for all; undefined where nothing is. */
export function factsTable({ indexes }: Plan): FactsTable | undefined {
  const busy = indexes.flatMap((index) =>
    index.facts?.steps.some(({ statements }) => statements.length > 0)
      ? [{ index, facts: index.facts }]
      : [],
  );
  if (busy.length === 0) return undefined;
  const all = busy.map(({ facts }) => facts);
  const rows = busy.map(({ index, facts }) => rowOf(index, facts));
  return {
    head: HEAD,
    rows: all.length > 1 ? [...rows, totalOf(all)] : rows,
    notes: notesOf(all),
  };
}

function rowOf(index: PlannedIndex, facts: Facts): string[] {
  const { table, needs, build } = facts;
  return [
    nameOf(index),
    `${table.schema}.${table.name}`,
    table.rows === null ? "?" : counted(table.rows),
    renderBytes(table.sizeBytes),
    writesOf(facts),
    sizeOf(needs?.indexBytes),
    sizeOf(needs?.diskBytes),
    sizeOf(needs?.walBytes),
    build ? `${elapsed(build.seconds)} (${elapsed(build.least)} to ${elapsed(build.most)})` : "?",
    locksOf(facts),
  ];
}

/** One after the other; what is sorted is gone before the next. */
function totalOf(all: readonly Facts[]): string[] {
  const sum = (values: readonly (number | undefined)[], shown: (value: number) => string) => {
    const known = values.flatMap((value) => value ?? []);
    const total = shown(known.reduce((one, other) => one + other, 0));
    return known.length === values.length ? total : `> ${total}`;
  };
  const sizes = (of: (needs: NonNullable<Facts["needs"]>) => number) =>
    sum(
      all.map(({ needs }) => needs && of(needs)),
      renderBytes,
    );
  return [
    "all",
    ...["", "", "", ""],
    sizes(({ indexBytes }) => indexBytes),
    sizes(({ diskBytes }) => diskBytes),
    sizes(({ walBytes }) => walBytes),
    sum(
      all.map(({ build }) => build?.seconds),
      elapsed,
    ),
    "",
  ];
}

function writesOf({ traffic }: Facts): string {
  const rate = traffic?.writesPerSecond ?? null;
  const hot = traffic?.hotShare ?? null;
  const parts = [
    ...(rate === null ? [] : [`${rate < 10 ? rate.toFixed(1) : counted(rate)}/s`]),
    ...(hot === null ? [] : [`${Math.round(hot * 100)} % HOT`]),
  ];
  return parts.join(", ") || "?";
}

function locksOf({ steps }: Facts): string {
  const locks = steps.flatMap(({ locks, lockedSeconds }) => {
    if (locks === null) return [];
    return lockedSeconds === null ? locks : `${locks}, for about ${elapsed(lockedSeconds)}`;
  });
  return [...new Set(locks)].join("; ");
}

function notesOf(all: readonly Facts[]): string[] {
  const bases = (what: string, texts: readonly (string | undefined)[]) => {
    const known = [...new Set(texts.flatMap((text) => text ?? []))];
    return known.length === 0 ? [] : [`${what} rest on: ${known.join("; ")}`];
  };
  const needs = all.flatMap((facts) => facts.needs ?? []);
  return [
    ...bases(
      "sizes",
      needs.map(({ sizeBasis }) => sizeBasis),
    ),
    ...bases(
      "times",
      all.map(({ build }) => build?.basis),
    ),
    ...(needs.length > 0
      ? ["disk is the index and the files of its sort; SQL does not tell how much room is left"]
      : []),
  ];
}

const counted = (value: number) => Math.round(value).toLocaleString("en-US");
const sizeOf = (bytes: number | undefined) => (bytes === undefined ? "?" : renderBytes(bytes));
const elapsed = (seconds: number) => renderElapsed(seconds * 1000);
