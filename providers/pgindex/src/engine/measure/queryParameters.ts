import { issueMessage } from "../input/parse";
import type { SelectStatement } from "../input/readSelect";

/** A query whose fields may have failed validation; {@link isRead} checks a statement. */
interface WithParameters {
  readonly sql: SelectStatement;
  readonly values?: readonly unknown[];
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
export function parameterIssues({ sql, values, sample }: WithParameters): Issue[] {
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
