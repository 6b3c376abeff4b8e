import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";

let root: string;
let folder: string;
let made = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "pgindex-includes-"));
});
beforeEach(() => {
  made += 1;
  folder = join(root, String(made), "db");
});
afterAll(() => rm(root, { recursive: true }));

async function files(texts: Readonly<Record<string, string>>): Promise<string[]> {
  const paths = Object.keys(texts).map((name) => join(folder, name));
  for (const path of paths) await mkdir(dirname(path), { recursive: true });
  await Promise.all(Object.values(texts).map((text, i) => writeFile(paths[i] ?? "", text)));
  return paths;
}

const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);
const MADE = "CREATE INDEX i ON t (a);";
const OTHER = "CREATE INDEX j ON t (b)";

/** Files, of which the first is passed and i and j are read. */
const READ: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["\\ir beside it", { "all.sql": `${MADE}\n\\ir more.sql\n`, "more.sql": OTHER }],
  [
    "\\i in psql's folder",
    { "all.sql": `\\i 'the more.sql'\n${MADE}`, "the more.sql": `${OTHER};` },
  ],
  [
    "one within another, each from its own folder",
    {
      "all.sql": `\\set x 1\n\\include_relative sub/a.sql\n\\echo done\n${MADE}`,
      "sub/a.sql": "\\ir b.sql\n\\timing",
      "sub/b.sql": `-- 😀\nSELECT :x;\n${OTHER} -- the last`,
    },
  ],
  [
    "one twice, with COPY's data",
    {
      "all.sql": `\\ir data.sql\n${MADE}\n${OTHER};\n\\ir data.sql`,
      "data.sql": "COPY t FROM stdin;\n\\ir x\n\\.\n",
    },
  ],
  [
    "graphile-migrate's fixture",
    {
      "migrations/current.sql": `--! Message: x\n--!include sub/f.sql\n${MADE}`,
      "migrations/fixtures/sub/f.sql": "--! include g.sql\n",
      "migrations/fixtures/g.sql": `${OTHER};`,
    },
  ],
  [
    "graphile-migrate's fixture, of a folder current",
    {
      "migrations/current/1.sql": `--! include f.sql\n${MADE}`,
      "migrations/fixtures/f.sql": `${OTHER};\n`,
    },
  ],
];

describe("a file that is included is read in its place", () => {
  test.each(READ)("%s", async (_, texts) => {
    const [first = ""] = await files(texts);
    expect(names(indexesFromSql(first)).sort()).toEqual(["i", "j"]);
  });

  test("once, also where it is passed on its own", async () => {
    const paths = await files({ "1.sql": OTHER, "all.sql": `${MADE}\n\\ir 1.sql` });
    expect(names(indexesFromSql(paths))).toEqual(["i", "j"]);
  });
});

/** Files, the place that is named, and what is said. */
const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  [
    "a file that is not there",
    { "all.sql": `${MADE}\n\\ir none.sql` },
    /none\.sql, included at \S*all\.sql:2/,
  ],
  [
    "what stands in it, with its own line",
    { "all.sql": `\\ir a.sql\n${MADE}`, "a.sql": "SELECT 1;\n\n\\gexec\n" },
    /\\gexec at \S*\/a\.sql:3/,
  ],
  [
    "what comes after it, with the script's line",
    { "all.sql": `\\ir a.sql\n${MADE}\nCREATE INDX;`, "a.sql": "SELECT 1;\n\n" },
    /\S*all\.sql:3: syntax error/,
  ],
  [
    "a Down part after it",
    {
      "all.sql": `\\ir a.sql\n\n-- DOWN\nDROP INDEX i;\nSELECT 1;`,
      "a.sql": `${MADE}\n${OTHER};\n`,
    },
    /all\.sql:4/,
  ],
  [
    "one that includes itself",
    { "all.sql": "\\ir a.sql", "a.sql": "SELECT 1;\n\\ir all.sql" },
    /all\.sql, included at \S*a\.sql:2, includes itself/,
  ],
  ["one outside of the project", { "all.sql": "\\i ../../outside.sql" }, /outside of the project/],
  [
    "a name that only psql can tell",
    { "all.sql": "\\ir :dir/a.sql" },
    /cannot follow psql's command/,
  ],
  [
    "graphile-migrate's outside of its fixtures",
    { "m/current.sql": "--!include ../x.sql\n", "m/fixtures/a.sql": "", "m/x.sql": "" },
    /outside of the project/,
  ],
  [
    "graphile-migrate's that includes itself",
    { "m/current.sql": "--!include a.sql\n", "m/fixtures/a.sql": "\n--!include a.sql" },
    /a\.sql:2, includes itself/,
  ],
];

describe("is refused with its place", () => {
  test.each(REFUSED)("%s", async (_, texts, message) => {
    await writeFile(join(root, "outside.sql"), MADE);
    const [first = ""] = await files(texts);
    expect(() => indexesFromSql(first)).toThrow(message);
    expect(() => indexesFromSql(first)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });

  test("a link that leads out of the project", async () => {
    await writeFile(join(root, "outside.sql"), MADE);
    const [first = ""] = await files({ "all.sql": "\\ir link.sql" });
    await symlink(join(root, "outside.sql"), join(folder, "link.sql"));
    expect(() => indexesFromSql(first)).toThrow(/outside of the project/);
  });
});
