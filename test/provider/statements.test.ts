import { expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { type Counted, startCountingProxy } from "../support/server/countingProxy.ts";
import { openProvider, Resource } from "./resource.ts";

const [FEW, MANY] = [20, 60];

const tables = Array.from({ length: MANY }, (_, i) => `t${i}`);
const database = useDatabase(
  ...tables.map(
    (table) => `CREATE TABLE ${table} (a int PRIMARY KEY, b varchar(9), c timestamptz)`,
  ),
  ...tables.map((table) => `INSERT INTO ${table} SELECT n, n FROM generate_series(1, 20) n`),
);

/** As many calls at a time as Pulumi makes on two processors. */
const PARALLEL = 8;
const argsOf = (table: string) => ({ table, name: `${table}_idx`, columns: ["b", "c"] });

type Command = "preview" | "up" | "refresh";

/** A stack's resources, each of whose commands has a process of its own, as the CLI starts one. */
class CountedStack {
  readonly #resources: readonly Resource[];
  readonly #more: object;
  #open: (() => ReturnType<typeof openProvider>) | undefined;

  constructor(count: number, more: object = {}) {
    this.#more = more;
    const open = () => (this.#open as () => ReturnType<typeof openProvider>)();
    this.#resources = tables
      .slice(0, count)
      .map((table) => new Resource("index", open, `${table}_idx`));
  }

  async takes(command: Command, atATime = PARALLEL): Promise<Counted> {
    const { url, counted } = await startCountingProxy(database().url);
    const opened = await openProvider({}, { "pgindex:url": url });
    const text = opened.begin("index");
    this.#open = async () => ({ ...opened, begin: () => text });
    const waiting = [...this.#resources.entries()];
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [i, resource] = next;
        if (command === "refresh") await resource.refresh();
        else await resource[command]({ ...argsOf(tables[i] ?? ""), ...this.#more });
      }
    };
    await Promise.all(Array.from({ length: atATime }, work));
    opened.process.kill();
    return counted();
  }
}

test("what a command asks of the server hardly grows with the indexes", async () => {
  const few = new CountedStack(FEW);
  const many = new CountedStack(MANY);
  const previews = async () => {
    const [ofFew, ofMany] = [await few.takes("preview"), await many.takes("preview")];
    expect(ofMany.statements - ofFew.statements, ofMany.texts.join("\n")).toBeLessThanOrEqual(10);
    expect(ofMany.sessions).toBeLessThanOrEqual(5);
  };
  await previews();
  for (const table of tables)
    await database().query(`CREATE INDEX ${table}_idx ON ${table} (b, c)`);
  await previews();
  // Each is adopted under its table's key, and marked.
  expect((await many.takes("up")).statements).toBeLessThanOrEqual(65 * MANY);
  expect((await many.takes("preview")).statements).toBeLessThanOrEqual(20);
  expect((await many.takes("up")).statements).toBeLessThanOrEqual(20);
  expect((await many.takes("refresh")).statements).toBeLessThanOrEqual(100);
});

/** As large as a sample is taken of. */
const LARGE = "UPDATE pg_class SET relpages = 4000, reltuples = 1e6 WHERE relname ~ '^t[0-9]+$'";

test.each([
  { of: "large tables", more: {}, atMost: 0, before: LARGE },
  {
    of: "what only a clone tells",
    more: { predicate: "b IS NOT NULL", columns: ["b", { expression: "lower(b)" }] },
    // Two make the clone; the rest is shared by those that are asked for at a time. With a few at a
    // time it depends on the machine how many meet.
    atMost: 2,
    atATime: MANY,
  },
  {
    of: "what stands as it is declared",
    more: { predicate: "b IS NOT NULL", columns: ["b", { expression: "lower(b::text)" }] },
    atMost: 0,
    before: tables
      .map((t) => `CREATE INDEX ${t}_idx ON ${t} (b, lower(b)) WHERE b IS NOT NULL`)
      .join(";"),
    // As those on columns alone: its key, its mark, and what is read again.
    adoptsWith: 10,
  },
  {
    // One that goes the whole way ends what the others share.
    of: "a partitioned table first",
    more: { predicate: "b IS NOT NULL", columns: ["b"] },
    atMost: 0,
    before:
      "DROP TABLE t0; CREATE TABLE t0 (a int, b varchar(9)) PARTITION BY LIST (a);" +
      "CREATE TABLE t0_1 PARTITION OF t0 DEFAULT;" +
      tables.map((t) => `CREATE INDEX ${t}_idx ON ${t} (b) WHERE b IS NOT NULL`).join(";"),
    adoptsWith: 10,
  },
  {
    // A change of our own ends what the others share; after it they share anew.
    of: "an index to build first",
    more: { predicate: "b IS NOT NULL", columns: ["b"] },
    atMost: 0,
    before:
      "DROP TABLE t0; CREATE TABLE t0 (a int, b varchar(9));" +
      tables
        .slice(1)
        .map((t) => `CREATE INDEX ${t}_idx ON ${t} (b) WHERE b IS NOT NULL`)
        .join(";"),
    adoptsWith: 12,
  },
])(
  "a preview of $of sends at most $atMost statements an index",
  async ({ more, atMost, before, adoptsWith, atATime }) => {
    for (const table of tables) await database().query(`DROP INDEX IF EXISTS ${table}_idx`);
    if (before) await database().query(before);
    const [few, many] = [new CountedStack(FEW, more), new CountedStack(MANY, more)];
    const ofFew = await few.takes("preview", atATime);
    const ofMany = await many.takes("preview", atATime);
    expect(ofMany.statements - ofFew.statements, ofMany.texts.join("\n")).toBeLessThanOrEqual(
      atMost * (MANY - FEW) + 10,
    );
    if (adoptsWith === undefined) return;
    const adopting = await many.takes("up");
    expect(adopting.statements, adopting.texts.join("\n")).toBeLessThanOrEqual(adoptsWith * MANY);
  },
);
