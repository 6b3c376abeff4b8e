import assert from "node:assert/strict";
import type { Fault } from "../fault.ts";

/** Names that are taken, too long, ambiguous, or hostile. */
export const NAMES: readonly Fault[] = [
  {
    number: 21,
    fault:
      "two tables get an index of the same name at the same time (`42P07`, or `23505` of pg_class)",
    answer:
      "builds the one, refuses the other as a name that is taken, not as an error of the data",
    mark: "refused",
    words: ["has an index with that name"],
    shown: {
      end: "valid",
      provoke: async (scene) => {
        for (let run = 0; run < 5; run += 1) {
          const both = [scene.build(), scene.build({ table: "other" })] as const;
          const ends = await Promise.allSettled(both.map(({ done }) => done));
          assert.deepEqual(ends.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
          const lost = both[ends[0]?.status === "rejected" ? 0 : 1];
          assert.match(await lost.failure(), /table public\.\S+ has an index with that name/);
          assert.equal(await scene.stateOf("t_idx"), "t/t/t");
          if (run < 4) await scene.other("DROP INDEX t_idx");
        }
      },
    },
  },
  {
    number: 22,
    fault:
      "the name is a view's, a sequence's, a type's, a materialized view's; IF NOT EXISTS " +
      "would call that a success",
    answer: "refuses and says whose name it is",
    mark: "refused",
    words: ["a view has that name"],
    tests: [
      "test/database/refusalCases.ts: the name of a view",
      "test/database/refusalCases.ts: the name of a sequence",
      "test/database/refusalCases.ts: the name of a type",
    ],
  },
  {
    number: 23,
    fault: "a name of more than 63 bytes, which PostgreSQL cuts with a NOTICE",
    answer: "refuses it before any server is asked; counts bytes, not letters",
    mark: "refused",
    words: ["and PostgreSQL cuts names at 63 bytes"],
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        assert.match(await scene.refusal({ name: "x".repeat(64) }), /is 64 bytes long/);
        assert.match(await scene.refusal({ name: "é".repeat(32) }), /is 64 bytes long/);
        const longest = `${"é".repeat(31)}x`;
        const { live } = await scene.build({ name: longest }).done;
        assert.equal(live.name, longest);
        assert.equal(await scene.stateOf(longest), "t/t/t");
      },
    },
  },
  {
    number: 24,
    fault: "a table and an index of the same names in another schema, first in the search_path",
    answer: "names every object with its schema",
    mark: "handled",
    shown: {
      end: "nothing",
      setUp: ["CREATE SCHEMA first", "CREATE TABLE first.t (a int, b int)"],
      provoke: async (scene) => {
        const { db } = scene;
        await db.query(`ALTER DATABASE ${db.name} SET search_path = first, public`);
        await db.query("CREATE INDEX t_idx ON first.t (a)");
        const built = await scene.build({ searchPath: ["first", "public"] }).done;
        assert.match(built.live.definition, /ON public\.t /);
        await scene.drop(built).done;
        assert.deepEqual(
          await db.query("SELECT schemaname FROM pg_indexes WHERE indexname = 't_idx'"),
          [{ schemaname: "first" }],
        );
        await db.query("DROP SCHEMA first CASCADE");
      },
    },
  },
  {
    number: 25,
    fault: "SQL in a name or behind an expression",
    answer:
      "quotes every name, parses every expression, sends one statement at a time by the " +
      "extended protocol",
    mark: "refused",
    words: ["closes a bracket that it did not open", "contains a semicolon"],
    shown: {
      end: "nothing",
      provoke: async (scene) => {
        const hostile = ["a); DROP TABLE other; --", "a; DROP TABLE other"];
        for (const expression of hostile) {
          await scene.refusal({ columns: [{ expression }] });
          await scene.refusal({ predicate: expression });
        }
        const name = 'x" ON other (a); DROP TABLE other; --';
        const { live } = await scene.build({ name }).done;
        assert.equal(live.name, name);
        assert.equal(await scene.other("SELECT count(*)::int AS n FROM other"), '[{"n":0}]');
      },
    },
  },
];
