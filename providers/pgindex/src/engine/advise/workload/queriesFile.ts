import { hasSqlDetails, parseSync, scanSync } from "libpg-query";
import { PgIndexError } from "../../errors/advice";
import { loadParser, syntaxReason } from "../../input/expression";
import { readText } from "./readText";
import { type Selection, select, type Workload, type WorkloadStatement } from "./workload";
import {
  noQueriesAdvice,
  notTextAdvice,
  strangeNumberAdvice,
  unparsableQueryAdvice,
} from "./workloadMessages";

/** A file of SQL with the application's statements. */
export interface QueriesFile {
  /** For messages. */
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Reads the statements of a file, separated by semicolons. A comment before one can say how often it
 * runs and how long it takes: `-- calls: 1200, mean: 3.5 ms`. Throws {@link PgIndexError}.
 */
export async function readQueriesFile(file: QueriesFile, selection: Selection): Promise<Workload> {
  await loadParser();
  const text = textOf(file);
  const found = text.trim() === "" ? [] : split(text, file.name);
  const read = found.map(({ statement, line, comment }) => {
    const parsed = readText(statement.text, statement.stmt);
    const counted = numbersIn(comment, `${file.name}:${line}`);
    return parsed.kind === "statement"
      ? { ...counted, ...parsed, origin: `line ${line}` }
      : undefined;
  });
  const statements = read.filter((each): each is WorkloadStatement & { kind: "statement" } =>
    Boolean(each),
  );
  if (statements.length === 0) throw new PgIndexError(noQueriesAdvice(file.name, found.length));
  const chosen = select(statements, selection);
  const utility = read.length - statements.length;
  const skipped = { ...chosen.skipped, ...(utility > 0 && { utility }) };
  return { source: file.name, ...chosen, skipped, remarks: [] };
}

function textOf({ name, bytes }: QueriesFile): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // Not UTF-8.
  }
  throw new PgIndexError(notTextAdvice(name));
}

interface Found {
  readonly statement: { readonly text: string; readonly stmt: unknown };
  readonly line: number;
  /** What stands in comments right before it. */
  readonly comment: string;
}

function split(text: string, name: string): Found[] {
  const bytes = Buffer.from(text, "utf8");
  const { stmts = [] } = parse(text, name);
  const comments = scanSync(text).tokens.filter(({ tokenName }) => COMMENTS.has(tokenName));
  let done = 0;
  return stmts.map(({ stmt, stmt_location: from = 0, stmt_len }) => {
    const end = stmt_len === undefined ? bytes.length : from + stmt_len;
    let start = from;
    const leading: string[] = [];
    for (const each of comments.filter((it) => it.start >= done && it.start < end)) {
      const isBefore = bytes.subarray(start, each.start).toString("utf8").trim() === "";
      if (!isBefore) break;
      leading.push(each.text);
      start = Math.max(start, each.end);
    }
    done = end;
    const own = bytes.subarray(start, end).toString("utf8");
    const line = bytes.subarray(0, start).toString("utf8").split("\n").length + blankLines(own);
    return { statement: { text: own.trim(), stmt }, line, comment: leading.join(" ") };
  });
}

const COMMENTS: ReadonlySet<string> = new Set(["SQL_COMMENT", "C_COMMENT"]);

const blankLines = (text: string) => (/^\s*/.exec(text)?.[0] ?? "").split("\n").length - 1;

function parse(text: string, name: string): ReturnType<typeof parseSync> {
  try {
    return parseSync(text);
  } catch (error) {
    const reason = syntaxReason(error);
    const place = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    const line = [...text].slice(0, place).join("").split("\n").length;
    throw new PgIndexError(unparsableQueryAdvice(`${name}:${line}`, reason), { cause: error });
  }
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000 };

/** `calls: 1200, mean: 3.5 ms`; a statement without them runs once. */
function numbersIn(comment: string, place: string): Pick<WorkloadStatement, "calls" | "meanMs"> {
  const calls = /\bcalls\s*[:=]\s*(\S+?)(?=[,;\s]|$)/i.exec(comment)?.[1] ?? "1";
  const [, mean, unit = "ms"] =
    /\bmean\s*[:=]\s*([\d.]+|\S+)\s*(us|ms|s|min)?\b/i.exec(comment) ?? [];
  const meanMs = mean === undefined ? undefined : Number(mean) * (UNITS[unit] ?? 1);
  const count = Number(calls.replaceAll("_", ""));
  if (!(count >= 0) || (meanMs !== undefined && !(meanMs >= 0)))
    throw new PgIndexError(strangeNumberAdvice(place, comment.trim()));
  return { calls: count, ...(meanMs !== undefined && { meanMs }) };
}
