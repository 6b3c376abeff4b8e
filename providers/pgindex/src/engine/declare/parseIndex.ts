import { loadParser } from "../input/expression";
import { type Parsed, parseWith } from "../input/parse";
import type { DesiredIndex } from "./desiredIndex";
import { indexSchema, type ParsedIndex } from "./indexSchema";
import { toPatienceOptions } from "./patienceArgs";

/**
 * Parses the arguments of an `Index`. While a value is unknown to Pulumi, reports every problem
 * that the unknown value itself does not cause.
 */
export async function parseIndexArgs(raw: unknown): Promise<Parsed<DesiredIndex>> {
  await loadParser();
  const parsed = parseWith(indexSchema, raw);
  return parsed.kind === "ok" ? { kind: "ok", value: toDesired(parsed.value) } : parsed;
}

/** Splits parsed arguments into what the index is and how it is changed. */
export function toDesired(parsed: ParsedIndex): DesiredIndex {
  const { columns, searchPath, waitFor, buildWithin, stallBudget, retries, waiters, ...others } =
    parsed;
  const { invalidLeftover, rebuildWhen, dropOnDestroy, takeOverFrom, ...more } = others;
  const { buildSettings, hazards, ...definition } = more;
  const patience = toPatienceOptions({ waitFor, buildWithin, stallBudget, retries, waiters });
  return {
    ...definition,
    unique: definition.unique || definition.constraint !== undefined,
    keys: columns,
    searchPath: searchPath ?? defaultSearchPath(parsed.schema),
    policy: {
      invalidLeftover,
      rebuildWhen,
      dropOnDestroy,
      takeOverFrom,
      buildSettings,
      hazards,
      patience,
    },
  };
}

/** The table's schema, then `public`, where most databases keep their extensions. */
function defaultSearchPath(schema: string): string[] {
  return schema === "public" ? ["public"] : [schema, "public"];
}
