import { describe, expect, test } from "vitest";
import {
  staleCollationFix,
  staleCollationText,
  staleCollationWarnings,
} from "../../../providers/pgindex/src/engine/catalog/collations.ts";

const named = (name: string) => ({ schema: "app", name });
const stale = (...names: string[]) => ({
  label: 'collation "app"."de"',
  recorded: "153.1",
  actual: "153.2",
  refreshSql: 'ALTER COLLATION "app"."de" REFRESH VERSION;',
  indexes: names.map(named),
});
const REFRESH = 'ALTER COLLATION "app"."de" REFRESH VERSION;';

describe("an ordering that has changed is told with what to rebuild before it is recorded", () => {
  test.each<[names: string[], those: string, fix: string]>([
    [[], " (no index uses it)", `run: ${REFRESH}`],
    [
      ["a"],
      ": app.a",
      'first rebuild: REINDEX INDEX CONCURRENTLY "app"."a"; (of a declared index: a new ' +
        `rebuildWhen.trigger); when all are rebuilt: ${REFRESH}`,
    ],
    [
      ["a", "b", "c", "d", "e", "f", "g"],
      ": app.a, app.b, app.c, app.d, app.e, 2 more",
      'first rebuild: REINDEX INDEX CONCURRENTLY "app"."a"; and so for each of them (of a ' +
        `declared index: a new rebuildWhen.trigger); when all are rebuilt: ${REFRESH}`,
    ],
  ])("%j", (names, those, fix) => {
    expect(staleCollationText(stale(...names))).toBe(
      'collation "app"."de" was recorded with version 153.1, and the server now orders text by ' +
        `version 153.2: indexes built before can miss rows${those}`,
    );
    expect(staleCollationFix(stale(...names))).toBe(fix);
  });

  test("of one index: itself alone, and nothing where it is not among them", () => {
    expect(staleCollationWarnings([stale("a", "b")], named("b"))).toEqual([
      expect.stringMatching(/can miss rows: app\.b; first rebuild: REINDEX .*"b"; \(of a/),
    ]);
    expect(staleCollationWarnings([stale("a")], named("b"))).toEqual([]);
    expect(staleCollationWarnings([stale("a")], { schema: "x", name: "a" })).toEqual([]);
  });
});
