import { expect, test } from "vitest";
import { toMarkdown } from "../../../providers/pgindex/src/report/markdownReport.ts";
import { toPage } from "../../../providers/pgindex/src/report/page/htmlPage.ts";
import { planLines } from "../../../providers/pgindex/src/report/sections/planTrees.ts";
import { parsePage } from "../../support/report/page.ts";
import { INDEX_SCAN_NODES, SEQ_SCAN_NODES } from "../../support/report/recorded.ts";
import { indexOf, queryOf, reportOf, verificationOf } from "../../support/report/report.ts";

const NAME = "message history";

/** A report of one query with its plans, as the state has them. */
function withPlans(
  before: object | undefined,
  now: object | undefined,
  query: Record<string, unknown> = {},
) {
  const named = (plan: object | undefined) => (plan ? [{ name: NAME, ...plan }] : undefined);
  return reportOf([
    indexOf("i", { plansBefore: named(before) }),
    verificationOf("public.i", [queryOf(NAME, query)], { plans: named(now) }),
  ]);
}

const BOTH = withPlans({ nodes: SEQ_SCAN_NODES }, { nodes: INDEX_SCAN_NODES });

test("both plans stand side by side, each node below the one that asks it", () => {
  const page = parsePage(toPage(BOTH));
  expect(page.count("#plans .plans > div")).toBe(2);
  expect(page.text("#plans .plans > div:first-child > .tree > li > ul > li > ul > li > b")).toBe(
    "Parallel Seq Scan on messages",
  );
  expect(page.text("#plans .plans > div:last-child > .tree > li > b")).toBe(
    "Index Scan Backward using i on messages",
  );
  const text = page.text("#plans");
  expect(text).toContain("3 rows, 17 planned, 333,330 filtered out, in each of 3 loops");
  expect(text).toContain("Index Cond: (messages.state = '…'::uuid)");
});

test("siblings are siblings", () => {
  const node = (depth: number, node: string) => ({ depth, node, plannedRows: 1, loops: 0 });
  const nodes = [node(0, "a"), node(1, "b"), node(2, "c"), node(1, "d"), node(2, "e")];
  const page = parsePage(toPage(withPlans(undefined, { nodes, leftOut: 1200 })));
  expect(page.count("#plans .tree > li > ul > li")).toBe(4);
  expect(page.text("#plans .plans > div:last-child > .tree > li > ul > li > b")).toBe("b\nd");
  expect(page.text("#plans")).toContain("never executed");
  expect(page.text("#plans")).toContain("1,200 more nodes of this plan were not kept.");
});

test("in Markdown there are two blocks, which open on a click", () => {
  const markdown = toMarkdown(BOTH);
  expect(markdown).toContain(
    [
      "<details><summary>Plan before</summary>\n",
      "```text",
      "Gather Merge  (10 rows, 40 planned)",
      "  Sort  (3 rows, 17 planned, in each of 3 loops)",
      "      Sort Key: messages.created_at DESC",
      "    Parallel Seq Scan on messages  (3 rows, 17 planned, 333,330 filtered out, in " +
        "each of 3 loops)",
      "        Filter: (messages.state = '…'::uuid)",
      "```\n",
      "</details>",
    ].join("\n"),
  );
  expect(markdown.match(/<details>/g)).toHaveLength(2);
});

test("a name cannot end the block that it stands in", () => {
  const node = { ...INDEX_SCAN_NODES[0], relation: "```\n</details>@everyone" };
  const markdown = toMarkdown(withPlans(undefined, { nodes: [node] }));
  expect(markdown).toContain("````text\n");
  expect(markdown).not.toMatch(/^```\n?<\/details>/m);
  expect(planLines({ nodes: [{ depth: 0, node: "Seq Scan", plannedRows: 4 }] })).toEqual([
    "Seq Scan  (4 rows planned)",
  ]);
  const aliased = { depth: 0, node: "Seq Scan", relation: "messages", alias: "m", plannedRows: 4 };
  expect(planLines({ nodes: [aliased] })).toEqual(["Seq Scan on messages m  (4 rows planned)"]);
});

test("without a time from before it says so, whatever plans there are", () => {
  const report = withPlans(
    { nodes: SEQ_SCAN_NODES },
    { nodes: INDEX_SCAN_NODES },
    { before: null },
  );
  const page = parsePage(toPage(report));
  expect(page.text("#plans .plans > div:first-child")).toContain(
    "It was not measured before the build.",
  );
  expect(toMarkdown(report)).toContain("not measured before the build");
});

test("what an older release has measured has a plan type, and no tree", () => {
  const report = withPlans(undefined, undefined);
  expect(report.stack.indexes[0]?.queries[0]).toMatchObject({ plan: null, planBefore: null });
  const page = parsePage(toPage(report));
  expect(page.count("#plans .tree")).toBe(0);
  expect(page.text("#plans .plans > div:last-child")).toContain("Its tree was not recorded.");
  expect(toMarkdown(report)).not.toContain("<details>");
});
