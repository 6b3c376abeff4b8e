// What a preview says of the plans of the queries that an index serves.
import { expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { configured, oneCommand, oneProvider, Resource } from "./resource.ts";

const database = useDatabase(
  "CREATE TABLE t (a int, b text)",
  "INSERT INTO t SELECT i % 5000, md5(i::text) FROM generate_series(1, 30000) i",
  "VACUUM ANALYZE t",
);

const open = oneProvider({});
const INDEX = { table: "t", name: "t_a_idx", columns: ["a"] };
const SERVES = [
  {
    name: "lookup",
    sql: "SELECT * FROM t WHERE a = $1",
    sample: "SELECT a FROM t ORDER BY a LIMIT 3",
  },
  { name: "of no use", sql: "SELECT * FROM t WHERE b = 'x'" },
  { name: "wrong", sql: "SELECT * FROM missing" },
];

async function linesOf(settings: Readonly<Record<string, string>>, serves: readonly object[]) {
  const named = Object.entries({ url: database().url, ...settings });
  const config = Object.fromEntries(named.map(([name, value]) => [`pgindex:${name}`, value]));
  const index = new Resource("index", configured(open, config));
  const { lines } = await index.preview({ ...INDEX, serves });
  return lines.map(({ message }) => message);
}

test("how each query is planned today and will be, at which cost, and how sure it is", async () => {
  const lines = await linesOf({}, SERVES);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^plan of "lookup": Seq Scan → (Bitmap Heap|Index) Scan by t_a_idx, cost \d+ → \d+\.\d\d, 6 rows, for 3 of 3 sets of values$/,
    ),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^plan of "of no use": stays Seq Scan, cost (\d+) → \1, 1 rows$/),
  );
  expect(lines).toContainEqual(
    'plan of "wrong": could not look, because relation "missing" does not exist',
  );
  expect(lines).toContainEqual(expect.stringMatching(/^foretold on an empty copy/));
  expect(lines).toContainEqual(expect.stringMatching(/^the index will have about \d+ kB$/));
  expect(await linesOf({ predictPlans: "false" }, SERVES)).not.toContainEqual(
    expect.stringMatching(/^plan of|foretold/),
  );
  expect(await linesOf({}, [])).not.toContainEqual(expect.stringMatching(/^plan of|foretold/));
});

test("of two indexes that a program is about to build, one that does the work of the other", async () => {
  const settings = { "pgindex:url": database().url, "pgindex:predictPlans": "false" };
  const program = oneCommand(configured(open, settings));
  const overlapsOf = async (name: string, columns: readonly string[], table = "t") => {
    const index = new Resource("index", program);
    const { lines } = await index.preview({ table, name, columns });
    return lines.map(({ message }) => message).filter((line) => /^\w+-index: /.test(line));
  };
  expect(await overlapsOf("t_b_idx", ["b"])).toEqual([]);
  expect(await overlapsOf("t_b_a_idx", ["b", "a"])).toEqual([
    "redundant-index: public.t_b_idx, which this program builds too, serves no query that this one does not, and every write would maintain both: declare one of them",
  ]);
  expect(await overlapsOf("t_b_again_idx", ["b"])).toEqual([
    expect.stringMatching(/^same-index: public\.t_b_idx, .* is the same index under another name/),
    expect.stringMatching(
      /^covered-index: public\.t_b_a_idx, .* serves every query that this one does/,
    ),
  ]);
  expect(await overlapsOf("t_a_b_idx", ["a", "b"])).toEqual([]);
});
