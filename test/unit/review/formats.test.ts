import { describe, expect, test } from "vitest";
import { findingsOf } from "../../../providers/pgindex/src/review/findings.ts";
import { toMarkdown } from "../../../providers/pgindex/src/review/formats/markdown.ts";
import { toSarif } from "../../../providers/pgindex/src/review/formats/sarif.ts";
import { toText } from "../../../providers/pgindex/src/review/formats/text.ts";
import { OLD_TRANSACTION, plannedIndex, planOf } from "../../support/review/plannedIndex.ts";

const HOSTILE = "x|`</details><script>@team [a](b) <!-- -->\nnext";
const hostile = plannedIndex({
  index: { schema: "public", name: HOSTILE, table: HOSTILE },
  hazards: [{ ...OLD_TRANSACTION, message: HOSTILE, fix: HOSTILE }],
});

test("a refusal, a hazard, what is allowed, a drop", () => {
  const reason = "refused: no\n  why: it hurts\n  fix: do that\n  or:  not";
  const plan = planOf(
    plannedIndex({ outcome: "refused", reason, action: "unknown" }),
    plannedIndex({ hazards: [OLD_TRANSACTION] }),
    plannedIndex({ hazards: [{ ...OLD_TRANSACTION, action: "allow", note: '"an archive"' }] }),
    plannedIndex({ action: "delete", drop: { does: "refuse", text: "it backs a constraint" } }),
  );
  expect(findingsOf(plan)).toMatchObject(
    [
      {
        code: "refused",
        severity: "error",
        message: "refused: no",
        cause: "it hurts",
        fix: "do that",
      },
      { code: "old-transaction", severity: "warning", fix: "end it" },
      { code: "old-transaction", severity: "info", message: /"an archive"/ },
      { code: "refuse-index", severity: "error" },
    ].map((each) => ({
      ...each,
      message:
        each.message instanceof RegExp ? expect.stringMatching(each.message) : expect.any(String),
    })),
  );
});

test("Markdown: a marker, a summary, one table, and SQL that is folded away", () => {
  const text = toMarkdown(planOf(plannedIndex({ hazards: [OLD_TRANSACTION] })));
  expect(text.split("\n").slice(0, 4)).toEqual([
    "<!-- pgindex plan shop/dev -->",
    "### pgindex: shop/dev",
    "",
    "**1 index: 1 to create, 1 warning**",
  ]);
  expect(text).toContain("\n\n| index | table | action | look | plans |\n| --- |");
  expect(text).toContain("- ⚠️ `public.i` the build will wait for pid 7 [old-transaction]");
  expect(text).toMatch(
    /<details><summary>[^\n]*\n\n```sql\n-- it does not exist; locks .*\nCREATE/,
  );
});

test("Markdown: names and the server's texts stay text", () => {
  // What is code is no Markdown.
  const text = toMarkdown(planOf(hostile)).replaceAll(/`[^`\n]+`|<code>.*?<\/code>/g, "");
  expect(text).not.toMatch(/<script>|@team|\[a\]\(b\)|(?<!\\)\|x|<!-- -->/);
  expect(text.match(/<\/details>/g)).toHaveLength(1);
  // Two tables of one row.
  expect(text.match(/^\|/gm)).toHaveLength(6);
});

const MB = 1024 ** 2;
const { facts } = plannedIndex();
const measured = plannedIndex({
  facts: facts && {
    ...facts,
    table: { schema: "public", name: "t", rows: 1_000_000, sizeBytes: 65 * MB },
    traffic: { writesPerSecond: 12.4, hotShare: 0.25 },
    needs: { indexBytes: 20 * MB, sizeBasis: "rows", diskBytes: 40 * MB, walBytes: 20 * MB },
    build: { seconds: 4, least: 2, most: 8, basis: "5,000 rows read and sorted now" },
  },
});

describe("the facts, once for the whole program", () => {
  const plan = planOf(measured, measured, plannedIndex({ action: "same", facts: undefined }));
  const cells = (line = "") => line.split(/[|│]/).map((cell) => cell.replaceAll("\\", "").trim());
  const row = ["public.i", "public.t", "1,000,000", "65 MB", "12/s, 25 % HOT"];
  const sizes = ["20 MB", "40 MB", "20 MB", "4 s (2 s to 8 s)", "SHARE UPDATE EXCLUSIVE"];
  const NOTES = [
    "sizes rest on: rows",
    "times rest on: 5,000 rows read and sorted now",
    "disk is the index and the files of its sort; SQL does not tell how much room is left",
  ];

  test.each([
    ["table", toText(plan), (note: string) => note],
    ["markdown", toMarkdown(plan), (note: string) => `- ${note}`],
  ])("as %s: a row an index, a sum, and what they rest on", (_format, text, item) => {
    const lines = text.split("\n");
    const head = lines.findIndex((line) => line.includes("what runs"));
    const rows = lines.slice(head).filter((line) => /public\.i .*1,000,000|[|│] all /.test(line));
    expect(rows.map((line) => cells(line).slice(1, -1))).toEqual([
      [...row, ...sizes],
      [...row, ...sizes],
      ["all", "", "", "", "", "40 MB", "80 MB", "40 MB", "8 s", ""],
    ]);
    for (const note of NOTES) expect(lines).toContain(item(note));
  });

  test("what is not known makes the sum a lower bound, and one index needs none", () => {
    const unknown = toText(planOf(measured, plannedIndex()));
    expect(unknown).toMatch(/│ all .*│ > 20 MB +│ > 40 MB +│ > 20 MB +│ > 4 s /);
    expect(toText(planOf(measured))).not.toContain("│ all ");
    const idle = planOf(plannedIndex({ action: "same", facts: undefined }));
    expect(toText(idle)).not.toContain("what runs");
    expect(toMarkdown(idle)).not.toContain("what runs");
  });
});

test("Markdown: whole parts are left out where a comment has no room", () => {
  const many = Array.from({ length: 2_000 }, () => plannedIndex());
  const text = toMarkdown(planOf(...many));
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/\d+ parts are left out/);
  expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});

test("SARIF: each finding at the line that declares the index, told apart between runs", () => {
  const unseen = plannedIndex({ outcome: "couldNotLook", reason: "nobody answers" });
  const plan = planOf(plannedIndex({ hazards: [OLD_TRANSACTION] }), unseen);
  const { runs } = JSON.parse(toSarif(plan, "/nowhere/shop"));
  const at = {
    artifactLocation: { uri: "src/index.ts" },
    region: { startLine: 3, startColumn: 5 },
  };
  expect(runs[0].results).toMatchObject([
    { ruleId: "old-transaction", level: "warning", locations: [{ physicalLocation: at }] },
    { ruleId: "could-not-look", level: "warning" },
  ]);
  expect(runs[0].tool.driver.rules).toMatchObject([
    { id: "could-not-look" },
    { id: "old-transaction", shortDescription: { text: "an open transaction" } },
  ]);
});

test("text: no line of a name's own, and what could not be looked at", () => {
  expect(toText(planOf(hostile))).not.toMatch(/^next/m);
  const unseen = plannedIndex({ outcome: "couldNotLook", reason: "nobody answers" });
  expect(toText(planOf(unseen))).toContain("public.i: could not look, because nobody answers");
  expect(toText(planOf())).toBe("no indexes\n");
});
