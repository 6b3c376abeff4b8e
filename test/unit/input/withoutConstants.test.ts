import { beforeAll, expect, test } from "vitest";
import { loadParser } from "../../../providers/pgindex/src/engine/input/expression.ts";
import { withoutConstants } from "../../../providers/pgindex/src/engine/input/withoutConstants.ts";

beforeAll(loadParser);

test.each([
  ["SELECT a FROM t WHERE b = $1 AND c = 'x'", "SELECT a FROM t WHERE b = NULL AND c = NULL"],
  ["SELECT a FROM t WHERE b=$1AND c=$$it's$$", "SELECT a FROM t WHERE b= NULL AND c= NULL"],
  ["SELECT 'größe', E'\\'' || ä FROM t", "SELECT NULL , NULL || ä FROM t"],
  ["SELECT '{1}'::d[], CAST('(1)' AS pair)", "SELECT NULL ::d[], CAST( NULL AS pair)"],
  [
    "SELECT app.span '[1,2)', date '2026-01-01'",
    "SELECT CAST(NULL AS app.span ) , CAST(NULL AS date )",
  ],
  ["SELECT interval '1' day, 1.5, b'10', true", "SELECT interval '1' day, 1.5, b'10', true"],
  [
    "SELECT EXTRACT('year' FROM x), EXTRACT(day FROM y)",
    "SELECT EXTRACT('year' FROM x), EXTRACT(day FROM y)",
  ],
  [
    "SELECT * FROM JSON_TABLE($1, '$[*]' COLUMNS (a text PATH '$.b' DEFAULT 'c' ON EMPTY))",
    "SELECT * FROM JSON_TABLE( NULL , '$[*]' COLUMNS (a text PATH '$.b' DEFAULT NULL ON EMPTY))",
  ],
  [`SELECT "a'b" AS "$1" -- 'c' $2`, `SELECT "a'b" AS "$1" -- 'c' $2`],
])("%s", (sql, expected) => {
  const oneBlank = (text: string) => text.replaceAll(/ +/g, " ").trim();
  expect(oneBlank(withoutConstants(sql))).toBe(oneBlank(expected));
});
