import { dirname, resolve } from "node:path";
import { z } from "zod";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { PgIndexError, type Problem } from "../../engine/errors/advice";
import { type Parsed, parseWith } from "../../engine/input/parse";
import { parseServedQueries } from "../../engine/measure/servedQueries";
import { qualified } from "../../engine/text/sql";
import { problemsAdvice } from "./declareMessages";
import { readDocument } from "./document";
import { declaredInputs, type FleetIndex } from "./fleetIndex";
import { type Fleet, fleetSchema } from "./fleetSchema";

/** A fleet's file, read and checked. */
export interface FleetFile {
  readonly fleet: Fleet;
  /** The folder that its paths are relative to. */
  readonly folder: string;
  /** The arguments of each index as written: what a rollout stores. Empty for stacks. */
  readonly indexes: readonly unknown[];
}

/** Reads a fleet's file. Throws {@link PgIndexError} that names every problem. */
export async function readFleetFile(file: string): Promise<FleetFile> {
  const fleet = required(parseWith(fleetSchema, await readDocument(file)), file);
  const folder = dirname(resolve(file));
  const indexes = await readIndexes(fleet.indexes, folder, file);
  await parseIndexes(indexes, typeof fleet.indexes === "string" ? fleet.indexes : file);
  return { fleet, folder, indexes };
}

async function readIndexes(
  written: string | readonly unknown[] | undefined,
  folder: string,
  file: string,
): Promise<readonly unknown[]> {
  if (typeof written !== "string") return written ?? [];
  const document = await readDocument(resolve(folder, written));
  return required(parseWith(z.array(z.unknown()).min(1), document), `${file}: ${written}`);
}

/** Parses an index's arguments, which are those of `Index`, as they are for one target. */
export async function parseIndexes(
  indexes: readonly unknown[],
  from: string,
  target: { readonly schema?: string | undefined } = {},
): Promise<FleetIndex[]> {
  const parsed: FleetIndex[] = [];
  const problems: Problem[] = [];
  for (const [i, raw] of indexes.entries()) {
    const { serves, ...args } = declaredInputs(raw, target);
    const desired = await parseIndexArgs(args);
    const queries = await parseServedQueries(serves ?? []);
    for (const each of [desired, queries])
      if (each.kind === "problems")
        problems.push(...each.problems.map((it) => ({ ...it, path: `indexes[${i}].${it.path}` })));
    if (desired.kind === "ok" && queries.kind === "ok")
      parsed.push({
        desired: desired.value,
        queries: queries.value,
        serves: Array.isArray(serves) ? serves : [],
      });
  }
  const wrong = problems.length > 0 ? problems : sameNames(parsed);
  if (wrong.length > 0) throw new PgIndexError(problemsAdvice(from, wrong));
  return parsed;
}

/** The indexes that have the name of an earlier one in their schema. */
function sameNames(indexes: readonly FleetIndex[]): Problem[] {
  const names = indexes.map(({ desired }) => qualified(desired.schema, desired.name));
  return names.flatMap((name, i) => {
    const first = names.indexOf(name);
    const message = `is that of indexes[${first}] too`;
    const fix = "give one of them another name, which is unique in its schema";
    return first < i ? [{ path: `indexes[${i}].name`, message, fix }] : [];
  });
}

/** The value, or one error for all problems. Values of the file are not shown: URLs are secrets. */
export function required<T>(parsed: Parsed<T>, from: string): T {
  if (parsed.kind === "ok") return parsed.value;
  throw new PgIndexError(problemsAdvice(from, parsed.kind === "problems" ? parsed.problems : []));
}
