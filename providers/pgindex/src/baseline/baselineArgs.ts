import { z } from "zod";
import type { DesiredIndex } from "../engine/declare/desiredIndex";
import { indexSchema, type ParsedIndex } from "../engine/declare/indexSchema";
import { toDesired } from "../engine/declare/parseIndex";
import { loadParser } from "../engine/input/expression";
import { type Parsed, parseWith } from "../engine/input/parse";
import type { Bookkeeping, Mark } from "./bookkeeping";

/** A migration to mark as applied: validated input. */
export interface DesiredBaseline<M extends Mark> {
  readonly mark: M;
  readonly indexes: readonly DesiredIndex[];
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
