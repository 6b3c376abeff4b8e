import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";

const LEFTOVER =
  "test/database/leftovers.test.ts: of this definition is dropped, and the index built";

/** What a failed build leaves, and what makes it fail for good. */
export const LEFTOVERS: readonly Fault[] = [
  {
    number: 11,
    fault: "IF NOT EXISTS passes over an INVALID index and reports a success",
    answer:
      "never writes it; looks before, and counts a build only when the catalog shows the " +
      "index valid and as declared",
    mark: "handled",
    tests: [LEFTOVER],
  },
  {
    number: 12,
    fault: "a second try without it: `42P07`, the name exists",
    answer:
      "tells apart what stands there: being built, abandoned, the declared one, another one, " +
      "no index; waits, recovers, adopts, or refuses",
    mark: "handled",
    tests: [
      LEFTOVER,
      "test/database/leftovers.test.ts: of another definition, by default",
      "test/database/liveBuild.test.ts: an index that somebody commits under our eyes is adopted",
    ],
  },
  {
    number: 34,
    fault: "duplicates under a unique index, from before the build (`23505`)",
    answer: "drops what is left; gives the query that lists the duplicates, and no value of a row",
    mark: "refused",
    words: ["could not create unique index", "to list them:"],
    tests: [
      "test/database/unique.test.ts: duplicates: the message has a query for them and no value; nothing is left",
    ],
  },
  {
    number: 35,
    fault:
      "a duplicate that arrives during a unique build: the INVALID index goes on rejecting " +
      "the application's rows",
    answer: "drops it at once, before it reports",
    mark: "refused",
    words: ["its INVALID leftover was dropped"],
    tests: [
      "test/database/unique.test.ts: a duplicate during the build: nothing is left that would reject rows",
    ],
  },
  {
    number: 36,
    fault:
      "an expression fails for a row (`22012` and others), a value is too long for the " +
      "index (`54000`)",
    answer: "drops what is left, does not try again, says what to index in its place",
    mark: "refused",
    words: ["failed: division by zero", "its INVALID leftover was dropped"],
    tests: [
      "test/database/unique.test.ts: other errors of the data leave nothing either, and are " +
        "not tried again",
    ],
  },
  {
    number: 57,
    fault:
      "what is missing or not allowed: table, schema, column, operator class, function, a " +
      "function that is not IMMUTABLE, more than 32 columns, a view, a system table",
    answer: "finds it in the preview already, on an empty copy of the table, and changes nothing",
    mark: "refused",
    words: ["has more than 32 entries, counting include", "is a system table"],
    tests: [
      "test/database/refusals.test.ts: refused in preview and run with one clear message, " +
        "and nothing is changed",
      "test/database/advice.test.ts: a name that does not exist: what was meant, or where it is",
    ],
    shown: {
      end: "nothing",
      // Found before the catalog's own table of that name by whoever looks into it with an ordinary
      // search_path.
      setUp: ["CREATE TABLE pg_class (relname int)"],
      provoke: async (scene) => {
        await scene.refusal({ columns: Array.from({ length: 33 }, (_, i) => `c${i}`) });
        const refused = [
          { columns: ["nosuch"] },
          { columns: ["ctid"] },
          { schema: "pg_catalog", table: "pg_class", columns: ["relname"] },
        ];
        for (const args of refused) {
          const message = await scene.build(args).failure();
          await assert.rejects(scene.preview(args), { message });
        }
        const { live } = await scene.build({
          table: "pg_class",
          name: "mine",
          columns: ["relname"],
        }).done;
        assert.equal(live.valid, true);
      },
    },
  },
];
