import { expect, test } from "vitest";
import { bodyOf } from "../../../providers/pgindex/src/engine/compare/liveSpelling.ts";

/** What PostgreSQL prints before the table, in whatever way the names are to be written. */
const HEADS = [
  "CREATE INDEX i ON app.t ",
  "CREATE UNIQUE INDEX i ON app.t ",
  "CREATE INDEX i ON t ",
  "CREATE INDEX i ON ONLY app.t ",
  "CREATE INDEX i ON ONLY t ",
  'CREATE INDEX "a ON b USING (c)" ON "Other Schema"."t.""x"" USING btree (a)" ',
  'CREATE INDEX "größe" ON pg_temp_3."only" ',
  "CREATE INDEX größe ON pg_temp.größe ",
];
const BODY = "USING btree (a) WHERE (b = ' ON x.y USING btree (a)'::text)";

test.each(HEADS)("%s…", (head) => {
  expect(bodyOf(head + BODY)).toBe(BODY);
});

test("another text is refused", () => {
  expect(() => bodyOf("CREATE TABLE t (a int)")).toThrow("not a printed CREATE INDEX");
});
