import { z } from "zod";
import { duration } from "../input/duration";
import { loadParser } from "../input/expression";
import { BESIDE_OTHER_PROBLEMS, issueMessage, type Parsed, parseWith } from "../input/parse";
import { PLAN_TYPES, type PlanType } from "./explain";
import { type FunctionName, readSelect, type SelectStatement } from "./readSelect";

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
  /** The functions called by `sql` and `sample`. */
  readonly functions: readonly FunctionName[];
  readonly runs: number;
  readonly timeoutMs: number;
  readonly expect: Expectation;
}

/** Parses the queries in the named argument; the paths of its problems begin with that name. */
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

const servedQuery = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, issueMessage("is empty", "give the query a name that people know")),
    sql: select,
    values: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    sample: select.optional(),
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
      functions: [...sql.functions, ...(sample?.functions ?? [])],
      timeoutMs,
    }),
  );

/** A query whose fields may have failed validation; {@link isRead} checks a statement. */
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

/** Checks that every `$n` has exactly one source of values. */
function parameterIssues({ sql, values, sample }: WithParameters): Issue[] {
  const issues: Issue[] = [];
  if (values && sample)
    issues.push({
      path: "sample",
      message: issueMessage("is given together with values", "leave one of them out"),
    });
  if (!isRead(sql)) return issues;
  const { parameters } = sql;
  if (parameters > 0 && !values && !sample) {
    const message = issueMessage(
      `takes ${count(parameters, "parameter")} but has no values`,
      "add sample (a SELECT that finds real values) or values",
    );
    issues.push({ path: "sql", message });
  }
  if (Array.isArray(values) && values.length !== parameters) {
    const message = issueMessage(
      `has ${count(values.length, "value")} for ${count(parameters, "parameter")}`,
      "give one value for each $n, in order",
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
    wanted === 0 ? "leave sample out" : "return one column for each $n, in order",
  );
  return [{ path: "sample", message }];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The queries that an index serves. Load the parser first (`loadParser`). */
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
