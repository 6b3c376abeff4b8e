import { describe, expect, test } from "vitest";
import type { IndexDeclaration } from "../../../providers/pgindex/src/import/declaration.ts";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";
import { read } from "../../support/import/readSql.ts";

/** The declaration of `CREATE INDEX i ON t <body>`, without what the base says. */
function body(text: string): Partial<IndexDeclaration> {
  const [{ table, name, ...rest } = { table: "", name: "", columns: [] }] = read(
    `CREATE INDEX i ON t ${text}`,
  );
  expect({ table, name }).toEqual({ table: "t", name: "i" });
  return rest;
}

const STATES = {
  table: "conversation_states",
  name: "conversation_states_patient_active_expires_idx",
  columns: ["patient_id", "is_active", "expires_at"],
};
const MESSAGES = {
  table: "conversation_messages",
  name: "conversation_messages_state_created_idx",
  columns: ["conversation_state_id", "created_at"],
};

test("both files of Phase 3 give the declarations of the Phase 3 program", () => {
  expect(indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")).toEqual([MESSAGES, STATES]);
  expect(indexesFromSql("drizzle/0013_sticky_skreet_CONCURRENT.sql")).toEqual([STATES, MESSAGES]);
});

const CLAUSES: readonly (readonly [string, Partial<IndexDeclaration>])[] = [
  ["(a)", { columns: ["a"] }],
  ['(a, "B c", "x"",")', { columns: ["a", "B c", 'x",'] }],
  ["(A ASC NULLS LAST)", { columns: ["a"] }],
  ["(a DESC)", { columns: [{ column: "a", order: "desc" }] }],
  ["(a DESC NULLS FIRST)", { columns: [{ column: "a", order: "desc" }] }],
  ["(a DESC NULLS LAST)", { columns: [{ column: "a", order: "desc", nulls: "last" }] }],
  ["(a NULLS FIRST)", { columns: [{ column: "a", nulls: "first" }] }],
  ['(a COLLATE "C")', { columns: [{ column: "a", collation: "C" }] }],
  [
    "(a COLLATE app.de text_pattern_ops)",
    {
      columns: [
        {
          column: "a",
          collation: { schema: "app", name: "de" },
          operatorClass: "text_pattern_ops",
        },
      ],
    },
  ],
  [
    "USING gist (a ext.gist_trgm_ops (siglen = 32, x = 'Y', z) DESC)",
    {
      accessMethod: "gist",
      columns: [
        {
          column: "a",
          operatorClass: { schema: "ext", name: "gist_trgm_ops" },
          operatorClassParameters: { siglen: 32, x: "Y", z: true },
          order: "desc",
        },
      ],
    },
  ],
  ["(lower(a))", { columns: [{ expression: "lower(a)" }] }],
  ["((lower(a)))", { columns: [{ expression: "lower(a)" }] }],
  [
    '(lower(a) COLLATE "C" text_pattern_ops DESC, b)',
    {
      columns: [
        {
          expression: "lower(a)",
          collation: "C",
          operatorClass: "text_pattern_ops",
          order: "desc",
        },
        "b",
      ],
    },
  ],
  [
    "((a || ') , (' || $x$ WHERE ( $x$) , coalesce(b, ARRAY[1, 2]))",
    {
      columns: [
        { expression: "a || ') , (' || $x$ WHERE ( $x$" },
        { expression: "coalesce(b, ARRAY[1, 2])" },
      ],
    },
  ],
  [
    '((a COLLATE "C") COLLATE "de")',
    { columns: [{ expression: 'a COLLATE "C"', collation: "de" }] },
  ],
  ["(((addr).city))", { columns: [{ expression: "(addr).city" }] }],
  ["(((a + 1)) DESC)", { columns: [{ expression: "(a + 1)", order: "desc" }] }],
  [
    "(CAST(a AS text), extract(year FROM b), position('x' IN c), (d ->> 'k'))",
    {
      columns: [
        { expression: "CAST(a AS text)" },
        { expression: "extract(year FROM b)" },
        { expression: "position('x' IN c)" },
        { expression: "d ->> 'k'" },
      ],
    },
  ],
  ["((/* why */ a -- no\n   +  1))", { columns: [{ expression: "a +  1" }] }],
  ["((E'it\\'s\n' || a))", { columns: [{ expression: "E'it\\'s\n' || a" }] }],
  ["((naïve || 'ünï'), b)", { columns: [{ expression: "naïve || 'ünï'" }, "b"] }],
  ['(a) INCLUDE (b, "C")', { columns: ["a"], include: ["b", "C"] }],
  [
    "(a) WITH (fillfactor = 70, fastupdate = off, buffering = auto, deduplicate_items, x = " +
      "-1.5, y = false)",
    {
      columns: ["a"],
      storageParameters: {
        fillfactor: 70,
        fastupdate: "off",
        buffering: "auto",
        deduplicate_items: true,
        x: -1.5,
        y: false,
      },
    },
  ],
  ["(a) TABLESPACE fast", { columns: ["a"], tablespace: "fast" }],
  ["(a) WHERE b > 1 AND c = 'where'", { columns: ["a"], predicate: "b > 1 AND c = 'where'" }],
  [
    "(a) WITH (fillfactor = 70) TABLESPACE x WHERE (b IS NULL) -- end",
    {
      columns: ["a"],
      storageParameters: { fillfactor: 70 },
      tablespace: "x",
      predicate: "(b IS NULL)",
    },
  ],
  [
    "((public.t.a + t.b)) WHERE public . t.c AND d",
    { columns: [{ expression: "t.a + t.b" }], predicate: "t.c AND d" },
  ],
  [
    "USING hnsw (e vector_l2_ops) WITH (m = 16)",
    {
      accessMethod: "hnsw",
      columns: [{ column: "e", operatorClass: "vector_l2_ops" }],
      storageParameters: { m: 16 },
    },
  ],
];

describe("every clause", () => {
  test.each(CLAUSES)("%s", (text, expected) => {
    expect(body(text)).toEqual(expected);
  });
});
