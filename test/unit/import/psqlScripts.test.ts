import { describe, expect, test } from "vitest";
import { read } from "../../support/import/readSql.ts";

const MADE = "CREATE INDEX i ON t (a);";

/** Scripts for psql that leave the index i. */
const SCRIPTS: readonly (readonly [string, string])[] = [
  [
    "pg_dump of today",
    `--\n-- dump\n--\n\n\\restrict aBc9\n\nSET x = 0;\n${MADE}\n\n\\unrestrict aBc9\n`,
  ],
  [
    "pg_dump with data",
    `COPY public.t (a, b) FROM stdin;\n1\tit's; \\N\n\\\\restrict\t$$\n-- +goose Down\n\\.\n\n\n${MADE}`,
  ],
  ["data without rows", `COPY t FROM stdin;\n\\.\n${MADE}`],
  [
    "data with options",
    `COPY t (a) FROM STDIN WITH (FORMAT csv, HEADER);\na\n"x;"\n\\.\n${MADE}\nCOPY t FROM stdin;\n1\n\\.`,
  ],
  ["pg_dump --create", `CREATE DATABASE shop;\n\\connect shop\n${MADE}`],
  [
    "what only prints or sets",
    `\\set ON_ERROR_STOP on\n\\echo it's on\n\\timing\n\\pset x y\n${MADE}`,
  ],
  ["psql's variables elsewhere", `GRANT SELECT ON t TO :"reader";\nSELECT :x, :'y';\n${MADE}`],
  ["a tool's placeholders elsewhere", `GRANT SELECT ON \${schema}.t TO \${role};\n${MADE}`],
  ["graphile-migrate's placeholders", `GRANT SELECT ON t TO :DATABASE_OWNER;\n${MADE}`],
  [
    "a backslash in a body",
    `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT '\n\\i x\n'$$;\n${MADE}`,
  ],
  ["characters that take two units", `-- 😀😀\nSELECT '😀';\n\\echo 😀\n${MADE}`],
];

describe("a script for psql", () => {
  test.each(SCRIPTS)("%s", (_, sql) => {
    expect(read(sql)).toEqual([{ table: "t", name: "i", columns: ["a"] }]);
  });
});

/** Scripts that are refused, the line that is named, and what is said. */
const REFUSED: readonly (readonly [string, string, number, RegExp])[] = [
  ["another file", `${MADE}\n\\ir more.sql\n`, 2, /\\ir.*more\.sql|more\.sql/s],
  ["a condition", `\\if :x\n${MADE}\n\\endif`, 1, /\\if/],
  [
    "statements made by a query",
    `SELECT 'CREATE INDEX j ON t (b)'\n\\gexec\n${MADE}`,
    2,
    /\\gexec/,
  ],
  ["a program", `\\! ls\n${MADE}`, 1, /\\!/],
  ["two databases", `${MADE}\n\\connect other\nCREATE INDEX j ON t (a);`, 2, /database/],
  ["an unknown command", `\\zzz\n${MADE}`, 1, /\\zzz/],
  ["a command within a line", `SELECT 1 \\g\n${MADE}`, 1, /psql/],
  [
    "a placeholder in an index",
    `SELECT 1;\nCREATE INDEX i ON \${schema}.t (a);`,
    2,
    /\$\{schema\}/,
  ],
  ["a variable in an index", `CREATE INDEX i ON :"s".t (a);`, 1, /:"s"/],
  ["a placeholder in a drop", `${MADE}\nDROP INDEX \${schema}.i;\nSELECT 1;`, 2, /\$\{schema\}/],
  ["a search_path from a placeholder", `SET search_path = \${schema};\n${MADE}`, 1, /schema/],
  ["data that does not end", `COPY t FROM stdin;\n1\t2\n${MADE}`, 1, /COPY/],
];

describe("what psql alone can do is refused with its line", () => {
  test.each(REFUSED)("%s", (_, sql, line, message) => {
    expect(() => read(sql)).toThrow(message);
    expect(() => read(sql)).toThrow(new RegExp(`sql:${line}\\b`));
    expect(() => read(sql)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });
});
