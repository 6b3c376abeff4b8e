// What is written for a key whose type the access method cannot index as declared.
import { describe, expect, test } from "vitest";
import type { IndexKey } from "../../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import {
  extensionFix,
  operatorClassCause,
} from "../../../providers/pgindex/src/engine/situation/near/classMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const offered = (name: string, more: object = {}) => ({
  schema: "public",
  name,
  method: "gin",
  isDefault: false,
  ...more,
});
const NOTHING = { classes: [], methods: [] };
const trgm = { name: "pg_trgm", isAvailable: true };

type Offered = Parameters<typeof operatorClassCause>[2];

describe("a key without a fitting operator class", () => {
  test.each<[type: string, offers: Offered, fix: string, otherwise?: string]>([
    [
      "text",
      { classes: [offered("gin_trgm_ops")], methods: ["btree"] },
      'write { column: "c", operatorClass: "gin_trgm_ops" }',
      'accessMethod: "btree", which takes text',
    ],
    [
      "jsonb",
      {
        classes: [offered("a_ops", { schema: "ext" }), ..."bcdefg"].map((it) =>
          typeof it === "string" ? offered(`${it}_ops`) : it,
        ),
        methods: ["gin"],
      },
      'write { column: "c", operatorClass: { schema: "ext", name: "a_ops" } }; gin also has ' +
        "b_ops, c_ops, d_ops, e_ops for it",
    ],
    [
      "jsonb",
      { classes: [offered("jsonb_ops", { isDefault: true }), offered("b_ops")], methods: [] },
      'write { column: "c", operatorClass: "jsonb_ops" }',
    ],
    [
      "text",
      { ...NOTHING, methods: ["btree", "hash"], extension: trgm },
      "run: CREATE EXTENSION pg_trgm; (in a schema of searchPath), and name its operator class",
      'accessMethod: "btree" or "hash", which takes text',
    ],
    ["json", NOTHING, expect.stringMatching(/^index a value of it, .*, or make it jsonb$/)],
    [
      "point",
      { ...NOTHING, methods: ["gist"] },
      'write accessMethod: "gist": gin cannot index point',
    ],
    ["box3d", NOTHING, "index an expression of it that gin takes"],
  ])("%s, %j", async (type, offers, fix, otherwise) => {
    const index = await declare({ table: "t", name: "i", columns: ["c"], accessMethod: "gin" });
    expect(operatorClassCause({ key: index.keys[0] as IndexKey, type }, index, offers)).toEqual({
      because: `c is of type ${type}`,
      code: offers.extension ? "missing-extension" : "missing-operator-class",
      fix,
      ...(otherwise && { otherwise }),
    });
  });

  test("of an expression is named by it", async () => {
    const columns = [{ expression: "lower(c)" }];
    const index = await declare({ table: "t", name: "i", columns, accessMethod: "gin" });
    const key = index.keys[0] as IndexKey;
    const offers = { ...NOTHING, classes: [offered("gin_trgm_ops")] };
    expect(operatorClassCause({ key, type: "text" }, index, offers)).toEqual({
      because: "lower(c) is of type text",
      code: "missing-operator-class",
      fix: 'write { expression: "lower(c)", operatorClass: "gin_trgm_ops" }',
    });
  });
});

test.each([
  [trgm, "run: CREATE EXTENSION pg_trgm; (in a schema of searchPath)"],
  [
    { name: "uuid-ossp", isAvailable: false },
    'install the extension uuid-ossp on the server, then run: CREATE EXTENSION "uuid-ossp";',
  ],
])("an extension is installed: %j", (extension, fix) => {
  expect(extensionFix(extension)).toBe(fix);
});
