import { createHash } from "node:crypto";
import { z } from "zod";
import { PLAN_TYPES, type PlanType } from "../explain/explain";
import { duration } from "../input/duration";
import { loadParser } from "../input/expression";
import { BESIDE_OTHER_PROBLEMS, issueMessage, type Parsed, parseWith } from "../input/parse";
import { readSelect, type SelectStatement } from "../input/readSelect";
import { parameterIssues } from "./queryParameters";

/** A parameter value. PostgreSQL converts it to the type the statement expects. */
export type ParameterValue = string | number | boolean | null;

/** The declared expectations of a query. */
export interface Expectation {
  readonly usesIndex: boolean;
  readonly planTypes?: readonly PlanType[];
  readonly maximumMs?: number;
  readonly minimumRatio?: number;
}

/** A validated query that an index serves. Only the server can check the rest. */
export interface ParsedQuery {
  readonly name: string;
  /** One SELECT, without a semicolon. */
  readonly sql: string;
  /** The number of its parameters. */
  readonly parameters: number;
  readonly values?: readonly ParameterValue[];
  /** One SELECT with as many columns as `sql` has parameters. */
  readonly sample?: string;
  readonly unqualified?: SelectStatement["unqualified"];
  readonly relations?: SelectStatement["relations"];
  /** The role that runs it in the application. */
  readonly role?: string;
  readonly runs: number;
  readonly timeoutMs: number;
  readonly expect: Expectation;
}

/** Identifies the text of a query: a measurement under its name can be of another text. */
export function textHash({ sql }: Pick<ParsedQuery, "sql">): string {
  return createHash("sha256").update(sql).digest("hex").slice(0, 12);
}

/** Parses the queries in the argument `serves`. */
export async function parseServedQueries(raw: unknown): Promise<Parsed<readonly ParsedQuery[]>> {
  await loadParser();
  const parsed = parseWith(serving, { serves: raw });
  return parsed.kind === "ok" ? { kind: "ok", value: parsed.value.serves } : parsed;
}

const select = z.string().transform((text, ctx): SelectStatement => {
  const read = readSelect(text);
  if (read.kind === "ok") return read.select;
  ctx.addIssue(issueMessage(read.problem.message, read.problem.fix));
  return z.NEVER;
});

/** `statement_timeout` is a 32-bit number of milliseconds; 0 would disable it. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const timeout = duration.superRefine((milliseconds, ctx) => {
  if (milliseconds < 1)
    ctx.addIssue(issueMessage("is zero", 'write how long a run can take, such as "30s"'));
  if (milliseconds > MAX_TIMEOUT_MS)
    ctx.addIssue(issueMessage("is longer than PostgreSQL can wait", 'write at most "24d"'));
});

const positive = z
  .number()
  .positive(issueMessage("is not above zero", "write a number above zero, or leave it out"));

const expectation = z.strictObject({
  usesIndex: z.boolean().default(true),
  planTypes: z
    .array(
      z.enum(PLAN_TYPES, {
        error: () =>
          issueMessage(
            "is not how PostgreSQL scans a table",
            `write one of ${PLAN_TYPES.join(", ")}`,
          ),
      }),
    )
    .min(1, issueMessage("is empty", "name the acceptable plan types, or leave it out"))
    .optional(),
  maximumMs: positive.optional(),
  minimumRatio: positive.optional(),
});

const MAX_RUNS = 1_000;

const parameterValue = z.union(
  [z.string(), z.number(), z.boolean(), z.null()],
  issueMessage(
    "is not a plain value: a string, a number, a boolean or null",
    'write one plain value for each $n, such as values: ["x"]; an array as PostgreSQL writes it, "{x,y}"',
  ),
);

const servedQuery = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, issueMessage("is empty", "give the query a name that people know")),
    sql: select,
    values: z.array(parameterValue).optional(),
    sample: select.optional(),
    role: z.string().min(1, issueMessage("is empty", "name the role, or leave it out")).optional(),
    runs: z
      .number()
      .int(issueMessage("is not a whole number", "write how often to run the query"))
      .min(1, issueMessage("is below 1", "write how often to run the query"))
      .max(MAX_RUNS, issueMessage(`is above ${MAX_RUNS}`, "a few runs are enough for a median"))
      .default(5),
    timeout: timeout.default(30_000),
    expect: expectation.default({ usesIndex: true }),
  })
  .superRefine((query, ctx) => {
    for (const { path, message } of parameterIssues(query))
      ctx.addIssue({ code: "custom", path: [path], message });
  }, BESIDE_OTHER_PROBLEMS)
  .transform(
    ({ sql, sample, timeout: timeoutMs, ...rest }): ParsedQuery => ({
      ...rest,
      sql: sql.text,
      parameters: sql.parameters,
      sample: sample?.text,
      unqualified: sql.unqualified,
      relations: sql.relations,
      timeoutMs,
    }),
  );

/**
 * The queries that an index serves. Load the parser first (`loadParser`).
 *
 * @internal
 */
export const servedQueriesSchema = z.array(servedQuery).superRefine((queries, ctx) => {
  const names = Array.isArray(queries) ? queries.map((query) => query?.name) : [];
  names.forEach((name, i) => {
    if (typeof name !== "string" || names.indexOf(name) === i) return;
    const message = issueMessage(
      `is also the name of another query ("${name}")`,
      "give each its own name",
    );
    ctx.addIssue({ code: "custom", path: [i, "name"], message });
  });
}, BESIDE_OTHER_PROBLEMS);

const serving = z.object({ serves: servedQueriesSchema });
