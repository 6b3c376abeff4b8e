import { describe, expect, test } from "vitest";
import { maskConstants } from "../../../providers/pgindex/src/engine/text/maskStatement.ts";

/** `hush` is somebody's data, wherever it stands. */
describe("no constant is shown, whatever the other session's settings are", () => {
  test.each<[statement: string, masked: string]>([
    ["SELECT a FROM t WHERE b = 'hush'", "SELECT a FROM t WHERE b = '…'"],
    ["SELECT 'it''s hush', c", "SELECT '…', c"],
    [String.raw`SELECT E'it\'s hush', c`, "SELECT '…', c"],
    // standard_conforming_strings on: a string, then names; off: one string to the last quote.
    [String.raw`SELECT 'a\' || hush || 'b', c`, "SELECT '…'"],
    [String.raw`SELECT 'it\'s hush', c`, "SELECT '…'"],
    [String.raw`SELECT 'a\\', c`, "SELECT '…', c"],
    [String.raw`SELECT 'C:\temp', c`, "SELECT '…', c"],
    [String.raw`SELECT 'cut \ `, "SELECT '…'"],
    ["SELECT 'cut hush", "SELECT '…'"],
    [String.raw`SELECT 'cut hush\ `.trim(), "SELECT '…'"],
    ["SELECT N'hush', X'1F', B'01', U&'hush'", "SELECT '…', '…', '…', '…'"],
    ["SELECT $q$hush 'x'$q$, $1", "SELECT '…', $1"],
    ["SELECT a /* hush */ FROM t", "SELECT a FROM t"],
    ["SELECT a /* x /* y */ hush */ FROM t", "SELECT a FROM t"],
    ["SELECT a /* 1 /* 2 /* 3 */ hush */ hush */ FROM t", "SELECT a FROM t"],
    ["SELECT a /*1/*2/*3/*4/*5*/ hush */*/*/*/ FROM t", "SELECT a"],
    ["SELECT a /* x /* cut hush", "SELECT a"],
    ["SELECT a -- hush\u2028 hush\nFROM t", "SELECT a FROM t"],
    ["SELECT a -- hush\rFROM t", "SELECT a FROM t"],
  ])("%s", (statement, masked) => expect(maskConstants(statement)).toBe(masked));

  test("in time, however long the text is", () => {
    for (const piece of ["/*", "'\\\\", "/* */", "'", "$a$"])
      expect(maskConstants(piece.repeat(20_000)).length).toBeLessThan(100_000);
  });
});
