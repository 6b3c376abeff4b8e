import { readFileSync } from "node:fs";
import { z } from "zod";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import { indexSchema, type ParsedIndex } from "../engine/declare/indexSchema";
import { toDesired } from "../engine/declare/parseIndex";
import { loadParser } from "../engine/input/expression";
import { type Parsed, parseWith } from "../engine/input/parse";
import type { Bookkeeping, Mark } from "./bookkeeping";
import { lineEndHashes } from "./migrationSql";

/** A migration to mark as applied: validated input. */
export interface DesiredBaseline<M extends Mark> {
  readonly mark: M;
  readonly indexes: readonly DesiredIndex[];
}

/**
 * The inputs of a baseline, from what was read of the migration. `file`: where the tool records a
 * hash of it.
 */
export function baselineInputs<Read extends { readonly indexes: unknown }>({
  file,
  ...read
}: Read & { readonly file?: string }) {
  const __lineEnds = file === undefined ? undefined : lineEndHashes(readFileSync(file, "utf8"));
  return { ...read, __lineEnds };
}

/** Parses the inputs of a baseline, which were read from the migration. */
export async function parseBaseline<M extends Mark>(
  { inputs }: Bookkeeping<M>,
  raw: unknown,
): Promise<Parsed<DesiredBaseline<M>>> {
  await loadParser();
  const parsed = parseWith(inputs.extend({ indexes: z.array(indexSchema) }), raw);
  if (parsed.kind !== "ok") return parsed;
  const { indexes, ...mark } = parsed.value as unknown as M & { readonly indexes: ParsedIndex[] };
  return {
    kind: "ok",
    value: { mark: mark as unknown as M, indexes: indexes.map(toDesired) },
  };
}
