import { fragmentsOf, type IndexDefinition } from "../../declare/desiredIndex";
import { readSelect, type SelectStatement } from "../../input/readSelect";

/** What a declaration names in its expressions and its predicate. */
export interface WrittenNames {
  readonly columns: readonly string[];
  readonly functions: SelectStatement["functions"];
  readonly types: readonly string[];
  readonly operators: readonly string[];
}

/** The names that the fragments use. */
export function writtenNames(index: IndexDefinition): WrittenNames {
  const read = fragmentsOf(index).flatMap((text) => {
    const tried = readSelect(`SELECT (${text}\n)`);
    return tried.kind === "ok" ? [tried.select] : [];
  });
  return {
    columns: distinct(read.flatMap(({ unqualified }) => unqualified.columns)),
    functions: read.flatMap(({ functions }) => functions),
    types: distinct(read.flatMap(({ unqualified }) => unqualified.types)),
    operators: distinct(read.flatMap(({ unqualified }) => unqualified.operators)),
  };
}

function distinct(names: readonly string[]): string[] {
  return [...new Set(names)];
}
