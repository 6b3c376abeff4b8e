import type { Access, Condition, Key } from "../query/access";
import { columnOf } from "../query/access";
import type { Candidate, CandidateKey } from "./candidate";
import type { Figures } from "./figures";

/** Rows lie in the order of the column, so that a summary of pages tells them apart. */
const IN_ORDER = 0.95;
/** A smaller table is read as fast. */
const LARGE_PAGES = 10_000;

/** GIN, GiST and BRIN, where a btree serves nothing or would be much larger. */
export function otherMethods(
  access: Access,
  conditions: readonly Condition[],
  figures: Figures,
): Candidate[] {
  const { relation } = access;
  return conditions.flatMap((condition): Candidate[] => {
    const made = { relation, include: [], isOrdered: false };
    if (condition.kind === "contains") {
      const key = containing(access, condition, conditions);
      return key ? [{ ...made, ...key }] : [];
    }
    if (condition.kind === "infix") {
      const schema = figures.extension("pg_trgm");
      if (schema === undefined) return [];
      const operatorClass = schema === "public" ? "gin_trgm_ops" : { schema, name: "gin_trgm_ops" };
      return [{ ...made, method: "gin", keys: [{ ...condition.key, operatorClass }] }];
    }
    const { key } = condition.kind === "range" ? condition : { key: {} as Key };
    if (key.column === undefined || (relation.pages ?? 0) < LARGE_PAGES) return [];
    const inOrder = Math.abs(figures.statistics(relation, key.column)?.correlation ?? 0);
    return inOrder >= IN_ORDER ? [{ ...made, method: "brin", keys: [key] }] : [];
  });
}

/** The method and operator class that serve what is asked of the column. */
function containing(
  access: Access,
  { key, operator }: Extract<Condition, { kind: "contains" }>,
  conditions: readonly Condition[],
): Pick<Candidate, "method" | "keys"> | undefined {
  const type = columnOf(access, key.column ?? "")?.type ?? "";
  if (type.endsWith("[]") && ["@>", "&&", "<@"].includes(operator))
    return { method: "gin", keys: [key] };
  if (type === "tsvector" || (key.expression?.startsWith("to_tsvector(") && operator === "@@"))
    return { method: "gin", keys: [key] };
  if (/range$/.test(type)) return { method: "gist", keys: [key] };
  if (type !== "jsonb" && key.expression === undefined) return undefined;
  if (operator.startsWith("?")) return { method: "gin", keys: [key] };
  // The smaller one, which does not know `?`.
  const asksForKeys = conditions.some(
    (each) => each.kind === "contains" && each.operator.startsWith("?"),
  );
  if (operator === "<@" || operator === "&&") return undefined;
  const operatorClass = "jsonb_path_ops";
  return { method: "gin", keys: [asksForKeys ? key : { ...key, operatorClass }] };
}

const PATTERNS: Readonly<Record<string, string>> = {
  "character varying": "varchar_pattern_ops",
  character: "bpchar_pattern_ops",
};

/** Under most collations only these operator classes serve LIKE 'x%'. */
export function patternKey(access: Access, key: Key, figures: Figures): CandidateKey {
  const column = columnOf(access, key.column ?? "");
  const isPlain = column?.collation ? /"?C"?$/.test(column.collation) : figures.isPlainCollation;
  if (isPlain) return key;
  const type = (column?.type ?? "text").replace(/\(.*/, "");
  return { ...key, operatorClass: PATTERNS[type] ?? "text_pattern_ops" };
}
