import { expect } from "vitest";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";

export const MINIMAL = { table: "messages", name: "m_idx", columns: ["state_id"] };

/** `path: message` of every problem, in their order. */
export async function problemsOf(args: unknown): Promise<string[]> {
  const parsed = await parseIndexArgs(args);
  if (parsed.kind !== "problems") throw new Error(`no problems, but ${JSON.stringify(parsed)}`);
  for (const problem of parsed.problems) expect(problem.fix).toMatch(/\S/);
  return parsed.problems.map(({ path, message }) => `${path}: ${message}`);
}
