import { parseServedQueries } from "../../../providers/pgindex/src/engine/measure/servedQueries.ts";

export const QUERY = { name: "lookup", sql: "SELECT * FROM t WHERE id = $1", values: ["1"] };

export async function problemsOf(...queries: unknown[]): Promise<string[]> {
  const parsed = await parseServedQueries(queries);
  return parsed.kind === "problems"
    ? parsed.problems.map(({ path, message, fix }) => `${path} ${message}; ${fix}`)
    : [];
}
