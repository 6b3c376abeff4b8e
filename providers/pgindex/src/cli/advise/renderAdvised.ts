import Table from "cli-table3";
import type { Advised, Evidence, NotWorth, PlanStep, Proposal } from "../../engine/advise/advised";
import { oneLine } from "../../engine/text/printable";
import { renderBytes } from "../../engine/text/render";
import type { IndexDeclaration } from "../../import/declaration";
import { renderTypeScript } from "../../import/typescriptSource";

/** The proposals as a program, with what they rest on as comments. */
export function declarations(advised: Advised): string {
  const { source, proposals, doubts } = advised;
  const remarks = [
    `Proposed by pgindex advise for the workload of ${source}.`,
    ...proposals.map((each) => `${each.name}: ${summaryOf(each)}.`),
    ...doubts.map((doubt) => `Not sure: ${doubt}.`),
  ];
  const found = proposals.map(({ declaration }) => declaration as unknown as IndexDeclaration);
  return renderTypeScript(found, "resources", remarks);
}

export function renderAdvised(advised: Advised): string {
  const { proposals, notWorth, doubts, unplanned } = advised;
  const blocks = [
    headOf(advised),
    ...proposals.map(renderProposal),
    ...(notWorth.length > 0 ? [notWorth.map(renderNotWorth).join("\n")] : []),
    ...(doubts.length > 0 ? [doubts.map((each) => oneLine(`not sure: ${each}`)).join("\n")] : []),
    ...(unplanned.length > 0
      ? [
          unplanned
            .map(({ origin, reason }) => oneLine(`not planned: ${origin}: ${reason}`))
            .join("\n"),
        ]
      : []),
    ...(proposals.length > 0 ? [declarations({ ...advised, doubts: [] }).trimEnd()] : []),
  ];
  return `${blocks.join("\n\n")}\n`;
}

const SKIPPED: Readonly<Record<string, string>> = {
  utility: "that plan nothing",
  hidden: "hidden from our role",
  unread: "that do not parse",
  rare: "that ran too seldom (--min-calls)",
  beyondLimit: "that take less time (--limit)",
  system: "of no table of the database's own",
};

function headOf({ source, statements, skipped, proposals }: Advised): string {
  const others = Object.entries(skipped).map(([why, count]) => `${count} ${SKIPPED[why] ?? why}`);
  const without = others.length > 0 ? `; left out: ${others.join(", ")}` : "";
  const found = proposals.length === 0 ? "\nNo index would help it enough to be worth it." : "";
  return `Workload: ${statements} statements of ${source}${without}${found}`;
}

function summaryOf({ sizeBytes, gain, price, redundant, queries }: Proposal): string {
  const needless = redundant.length > 0 ? `; makes ${redundant.join(", ")} redundant` : "";
  return (
    `serves ${queries.length} statements, ${percent(gain)} of what the workload costs; ` +
    `its writes cost ${percent(price)}; about ${renderBytes(sizeBytes)}${needless}`
  );
}

function renderProposal(proposal: Proposal): string {
  const table = new Table({
    head: ["statement", "calls", "time", "plan", "cost"],
    style: { head: [], border: [] },
  });
  for (const each of proposal.queries) table.push(renderEvidence(each));
  const head = oneLine(`${proposal.schema}.${proposal.name}: ${summaryOf(proposal)}`);
  return `${head}\n${table.toString()}`;
}

function renderEvidence({ name, calls, timeShare, before, after }: Evidence): string[] {
  return [
    oneLine(name),
    calls.toLocaleString("en-US"),
    timeShare === null ? "" : percent(timeShare),
    oneLine(`${wayOf(before)} → ${wayOf(after)}`),
    `${cost(before)} → ${cost(after)}`,
  ];
}

function renderNotWorth({ schema, table, columns, gain, price }: NotWorth): string {
  return oneLine(
    `not worth it: an index on ${schema}.${table} (${columns.join(", ")}) would save ` +
      `${percent(gain)} of what the workload costs, and its writes would cost ${percent(price)}`,
  );
}

const wayOf = ({ planType, index }: PlanStep) =>
  `${planType ?? "no scan"}${index === null ? "" : ` by ${index}`}`;

function cost({ cost: value }: PlanStep): string {
  const digits = value < 100 ? 2 : 0;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}

function percent(share: number): string {
  const value = share * 100;
  return `${value !== 0 && Math.abs(value) < 1 ? value.toPrecision(1) : Math.round(value)} %`;
}
