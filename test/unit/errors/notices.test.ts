import { describe, expect, test } from "vitest";
import { Notices, saidBy } from "../../../providers/pgindex/src/engine/errors/notices.ts";

/** As pgvector 0.8 says it. */
const HNSW = {
  severity: "NOTICE",
  code: "00000",
  message: "hnsw graph no longer fits into maintenance_work_mem after 5120 tuples",
  detail: "Building will take significantly more time.",
  hint: "Increase maintenance_work_mem to speed up builds.",
  routine: "HnswBuildAppendPhase",
};

describe("what is said of a notice", () => {
  test("with DETAIL and HINT; a HINT makes it a warning", () => {
    expect(saidBy(HNSW)).toMatchObject({
      severity: "warning",
      text:
        "hnsw graph no longer fits into maintenance_work_mem after 5120 tuples " +
        "(Building will take significantly more time.) " +
        "HINT: Increase maintenance_work_mem to speed up builds.",
    });
  });

  test.each<[notice: object, severity: string, text: RegExp]>([
    [{ severity: "HINWEIS", code: "00000", message: "m" }, "info", /^m$/],
    [{ severity: "WARNUNG", code: "01000", message: "m" }, "warning", /^m$/],
    [{ severity: "ATTENTION", code: "01007", message: "m" }, "warning", /^m$/],
    [{ severity: "NOTICE", code: "42P07", message: "m" }, "info", /^m$/],
    [{ severity: "NOTICE", message: "of a pooler, without a code" }, "info", /^of a pooler/],
    [{ code: "00000", message: "row 4711", routine: "exec_stmt_raise" }, "info", /not shown/],
    [{ code: "01000", message: "row 4711", where: "SQL function f" }, "info", /not shown/],
    [{ code: "22P02", message: "invalid: 4711" }, "info", /not shown/],
  ])("%o", (notice, severity, text) => {
    const said = saidBy(notice);
    expect(said.severity).toBe(severity);
    expect(said.text).toMatch(text);
    expect(said.text).not.toContain("4711");
  });
});

test("each kind once, whatever number it has", () => {
  const lines: string[] = [];
  const notices = new Notices((severity, text) => lines.push(`${severity}: ${text}`));
  for (const tuples of [5120, 6000])
    notices.hear({ ...HNSW, message: HNSW.message.replace("5120", String(tuples)) });
  notices.hear({ code: "00000", message: "another", routine: "other" });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("5120");
});

test.each<[message: string, routine: string, rows: number | undefined]>([
  [HNSW.message, "InsertTuple", 5120],
  [HNSW.message, HNSW.routine, undefined],
  ["a number of rows did not fit into maintenance_work_mem", "InsertTuple", undefined],
  ["5120 rows fit into something else", "InsertTuple", undefined],
])("after how many rows a graph has outgrown its memory: %s by %s", (message, routine, rows) => {
  const notices = new Notices(() => undefined);
  notices.hear({ ...HNSW, message, routine });
  expect(notices.outgrownAfter).toBe(rows);
});
