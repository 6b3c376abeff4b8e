import type { Fault, Mark } from "../../test/faults/fault.ts";
import { FAULTS, splitTest } from "../../test/faults/faults.ts";

const HEAD = `# Faults, and what becomes of them

<!-- Made by npm run docs from test/faults/cases: edit those, not this file. -->

Every way in which a concurrent change of an index is known to fail on a real server. Each was brought about on one before it got its row, and
each is brought about again by the test that its row names. What to do about a failure stands in [failures.md](failures.md).

**handled**: \`pgindex\` copes with it, and the index is as declared in the end. **refused**: it stops with that message before
anything is changed. **PostgreSQL's own limit**: nobody can do anything about it from a session; the message says what happens and what to do.
`;

/** docs/faults.md */
export function faults(): string {
  const head = ["#", "what happens", "what `pgindex` does", "so it is", "test"];
  const rows = [head, head.map(() => "---"), ...FAULTS.map(cells)];
  return `${HEAD}\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

function cells(row: Fault): string[] {
  return [String(row.number), row.fault, row.answer, marked(row), testsOf(row).join("; ")].map(
    (cell) => cell.replaceAll("|", "\\|"),
  );
}

const MARKS: Readonly<Record<Mark, string>> = {
  handled: "**handled**",
  refused: "**refused**",
  limit: "**PostgreSQL's own limit**",
};

function marked({ mark, words = [] }: Fault): string {
  if (mark === "handled") return MARKS[mark];
  return `${MARKS[mark]}: ${words.map((each) => `\`${each}\``).join(", ")}`;
}

function testsOf(row: Fault): string[] {
  const own = row.shown ? [link("test/faults/faults.test.ts", `${row.number}: …`)] : [];
  const elsewhere = (row.tests ?? []).map((test) => {
    const { file, title } = splitTest(test);
    return link(file, title);
  });
  return [...own, ...elsewhere];
}

/** `[database/waiters](../test/database/waiters.test.ts): who waits behind …` */
function link(file: string, title: string): string {
  const name = file.replace(/^test\//, "").replace(/(\.test)?\.ts$/, "");
  return `[${name}](../${file}): ${title}`;
}
