import { z } from "zod";
import { duration } from "../input/duration";
import { loadParser } from "../input/expression";
import { BESIDE_OTHER_PROBLEMS, issueMessage, type Parsed, parseWith } from "../input/parse";
import { PLAN_TYPES, type PlanType } from "./explain";
import { type FunctionName, readSelect, type SelectStatement } from "./readSelect";

/** A value of a parameter. PostgreSQL reads it as the type that the statement wants. */
export type ParameterValue = string | number | boolean | null;

/** What a query that an index serves must keep to. */
export interface Expectation {
  readonly usesIndex: boolean;
  readonly planTypes?: readonly PlanType[];
  readonly maximumMs?: number;
  readonly minimumRatio?: number;
}

/**
 * A query that an index serves: valid input, nothing left to check but what only the server can
 * know.
 */
export interface ParsedQuery {
  readonly name: string;
  /** One SELECT, without a semicolon. */
  readonly sql: string;
  /** The number of its parameters. */
  readonly parameters: number;
  readonly values?: readonly ParameterValue[];
  /** One SELECT with as many columns as `sql` has parameters. */
  readonly sample?: string;
  /** The functions that `sql` and `sample` call. */
  readonly functions: readonly FunctionName[];
  readonly runs: number;
  readonly timeoutMs: number;
  readonly expect: Expectation;
}

/**
 * Parses the queries that the argument of this name holds; its problems carry the name in their
 * paths.
 */
export async function parseServedQueries(
  argument: string,
  raw: unknown,
): Promise<Parsed<readonly ParsedQuery[]>> {
  await loadParser();
  const parsed = parseWith(z.object({ [argument]: servedQueriesSchema }), { [argument]: raw });
  return parsed.kind === "ok" ? { kind: "ok", value: Object.values(parsed.value).flat() } : parsed;
}

const select = z.string().transform((text, ctx): SelectStatement => {
  const read = readSelect(text);
  if (read.kind === "ok") return read.select;
  ctx.addIssue(issueMessage(read.problem.message, read.problem.fix));
  return z.NEVER;
});

/** `statement_timeout` is a 32-bit number of milliseconds, and 0 would mean none. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const timeout = duration.superRefine((milliseconds, ctx) => {
  if (milliseconds < 1)
    ctx.addIssue(issueMessage("is no time at all", 'write how long a run may take, such as "30s"'));
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
    .min(1, issueMessage("is empty", "name the plan types that will do, or leave it out"))
    .optional(),
  maximumMs: positive.optional(),
  minimumRatio: positive.optional(),
});

const MAX_RUNS = 1_000;

const servedQuery = z
  .strictObject({
    name: z.string().trim().min(1, issueMessage("is empty", "name the query as people call it")),
    sql: select,
    values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    sample: select.optional(),
    runs: z
      .number()
      .int(issueMessage("is not a whole number", "write how often to run the query"))
      .min(1, issueMessage("is below 1", "write how often to run the query"))
      .max(MAX_RUNS, issueMessage(`is above ${MAX_RUNS}`, "a median needs no more than a few runs"))
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
      functions: [...sql.functions, ...(sample?.functions ?? [])],
      timeoutMs,
    }),
  );

/** What zod hands on may hold fields that were refused: {@link isRead} tells. */
interface WithParameters {
  readonly sql: SelectStatement;
  readonly values?: readonly ParameterValue[];
  readonly sample?: SelectStatement;
}

function isRead(statement: SelectStatement | undefined): statement is SelectStatement {
  return typeof statement?.parameters === "number";
}

interface Issue {
  readonly path: keyof WithParameters;
  readonly message: string;
}

/** Whether every `$n` has one source of values. */
function parameterIssues({ sql, values, sample }: WithParameters): Issue[] {
  const issues: Issue[] = [];
  if (values && sample)
    issues.push({
      path: "sample",
      message: issueMessage("stands beside values", "leave one of them out"),
    });
  if (!isRead(sql)) return issues;
  const { parameters } = sql;
  if (parameters > 0 && !values && !sample) {
    const message = issueMessage(
      `takes ${count(parameters, "parameter")}, and nothing gives their values`,
      "add sample (a SELECT that finds real ones) or values",
    );
    issues.push({ path: "sql", message });
  }
  if (Array.isArray(values) && values.length !== parameters) {
    const message = issueMessage(
      `has ${count(values.length, "value")} for ${count(parameters, "parameter")}`,
      "give one value for each $n, in their order",
    );
    issues.push({ path: "values", message });
  }
  return isRead(sample) ? [...issues, ...sampleIssues(sample, parameters)] : issues;
}

function sampleIssues({ parameters, columns }: SelectStatement, wanted: number): Issue[] {
  if (parameters > 0) {
    const message = issueMessage("takes a parameter", "write the constant itself");
    return [{ path: "sample", message }];
  }
  if (columns === wanted) return [];
  const returned = columns === undefined ? "*" : count(columns, "column");
  const message = issueMessage(
    `returns ${returned} for ${count(wanted, "parameter")}`,
    wanted === 0 ? "leave sample out" : "return one column for each $n, in their order",
  );
  return [{ path: "sample", message }];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The queries that an index serves. Reading them needs the parser (`loadParser`). */
export const servedQueriesSchema = z.array(servedQuery).superRefine((queries, ctx) => {
  const names = Array.isArray(queries) ? queries.map((query) => query?.name) : [];
  names.forEach((name, i) => {
    if (typeof name !== "string" || names.indexOf(name) === i) return;
    const message = issueMessage(
      `is the name of another query too ("${name}")`,
      "give each its own name",
    );
    ctx.addIssue({ code: "custom", path: [i, "name"], message });
  });
}, BESIDE_OTHER_PROBLEMS);
