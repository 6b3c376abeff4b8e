import { expect, test } from "vitest";
import { eachTextOnce } from "../../../providers/pgindex/src/engine/text/eachTextOnce.ts";

test("equal texts come back as they came, also empty ones and none", () => {
  const once = eachTextOnce();
  const texts = ["id", "id", "", null, "", "pg_catalog.int4_ops", null];
  expect(texts.map((text) => once(text))).toEqual(texts);
});
