// What a query reads of the catalog grows as the database does. A plan that reads all of pg_class for
// each table is not seen on a small database, and stands still on a large one.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { exported, writeState } from "../support/pulumi/stackState.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { useServer } from "../support/server/ownServer.ts";
import { pgindex } from "../support/tools/cli.ts";
import { openProvider, Resource } from "./resource.ts";

const [FEW, MANY] = [50, 2000];
/** Tables and partitioned tables that a command is asked about: more than are read one by one. */
const ASKED = [25, 15] as const;
/** A partitioned table for as many tables. */
const TABLES_A_SET = 3;
/** How much more than in proportion a query may read: trees of an index grow a level. */
const SLACK = 2;
/** How much more a query of one index may read: on a small database, the server reads all of pg_inherits. */
const SLACK_OF_ONE = 6;
/** So often a query is sent at least that is sent for each index, and answered with a row or two. */
const OFTEN = 10;
const LEAST_PAGES = 1000;

/** Of each partitioned index, under its table's key, and afresh: no index finds what is INVALID. */
const READS_ALL = /WHERE NOT i\.indisvalid AND/;

const server = useServer({
  name: "catalog-reads",
  version: "18",
  settings: {
    shared_preload_libraries: "pg_stat_statements",
    fsync: "off",
    max_locks_per_transaction: 1024,
  },
});

/** Each table has a constraint, a foreign key, an index and a few rows. */
const schemaOf = (tables: number) => `
DO $$ BEGIN
  FOR i IN 1..${tables} LOOP
    EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, a int REFERENCES t%s, b text)', i,
                   greatest(i - 1, 1));
    EXECUTE format('INSERT INTO t%s SELECT n, NULL, n FROM generate_series(1, 9) n', i);
    EXECUTE format('CREATE INDEX t%s_b_idx ON t%s (b)', i, i);
    IF i % ${TABLES_A_SET} = 0 THEN
      EXECUTE format('CREATE TABLE p%s (a int, b text) PARTITION BY RANGE (a)', i);
      EXECUTE format('CREATE TABLE p%s_1 PARTITION OF p%s FOR VALUES FROM (1) TO (9)', i, i);
      EXECUTE format('CREATE INDEX p%s_b_idx ON p%s (b)', i, i);
    END IF;
  END LOOP;
END $$`;

interface Reads {
  /** What stands for all queries of the same form. */
  readonly query: string;
  readonly calls: number;
  readonly rows: number;
  readonly pages: number;
}

class Measured {
  readonly #database: TestDatabase;
  readonly #tables: number;

  private constructor(database: TestDatabase, tables: number) {
    this.#database = database;
    this.#tables = tables;
  }

  static async create(tables: number): Promise<Measured> {
    const database = await createDatabase(server().url);
    await database.query(schemaOf(tables));
    await database.query("CREATE EXTENSION pg_stat_statements; ANALYZE");
    return new Measured(database, tables);
  }

  async readsOf(command: Command): Promise<Reads[]> {
    await this.#database.query("SELECT pg_stat_statements_reset()");
    await command({ url: this.#database.url, names: this.#names() });
    return this.#database.query<Reads>(`
      SELECT query, sum(calls)::float8 AS calls, sum(rows)::float8 AS rows,
             sum(shared_blks_hit + shared_blks_read)::float8 AS pages
        FROM pg_stat_statements
       WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       GROUP BY query`);
  }

  /** Evenly among all, so that every part of the catalog is asked for. */
  #names(): string[] {
    const [tables, sets] = ASKED;
    const spread = (count: number, among: number) =>
      Array.from({ length: count }, (_, i) => 1 + Math.floor((i * among) / count));
    return [
      ...spread(tables, this.#tables).map((i) => `t${i}`),
      ...spread(sets, Math.floor(this.#tables / TABLES_A_SET)).map((i) => `p${i * TABLES_A_SET}`),
    ];
  }
}

type Command = (asked: { readonly url: string; readonly names: readonly string[] }) => unknown;

type Word = "preview" | "up" | "refresh" | "status" | "report" | "destroy";

/** The words in turn, on one stack of indexes on a column, each of them in a process of its own. */
function commands(column: string, ...words: readonly Word[]): Command {
  return async ({ url, names }) => {
    const stack = new Stack(url, column, names);
    for (const word of words) await stack[word]();
  };
}

class Stack {
  readonly #url: string;
  readonly #declared: readonly {
    readonly table: string;
    readonly name: string;
    columns: string[];
  }[];
  readonly #resources: readonly Resource[];
  #open: (() => ReturnType<typeof openProvider>) | undefined;

  constructor(url: string, column: string, tables: readonly string[]) {
    this.#url = url;
    const open = () => (this.#open as () => ReturnType<typeof openProvider>)();
    this.#declared = tables.map((table) => ({
      table,
      name: `${table}_${column}_idx`,
      columns: [column],
    }));
    this.#resources = this.#declared.map(({ name }) => new Resource("index", open, name));
  }

  preview = () => this.#each((resource, i) => resource.preview(this.#declared[i] as object));
  up = () => this.#each((resource, i) => resource.up(this.#declared[i] as object));
  refresh = () => this.#each((resource) => resource.refresh());
  destroy = () => this.#each((resource) => resource.destroy());
  status = () => this.#read("status");
  report = () => this.#read("report", "--out", join(tmpdir(), "catalog-reads.html"));

  async #each(work: (resource: Resource, i: number) => Promise<unknown>): Promise<void> {
    const opened = await openProvider({}, { "pgindex:url": this.#url });
    const text = opened.begin("index");
    this.#open = async () => ({ ...opened, begin: () => text });
    await Promise.all(this.#resources.map(work));
    opened.process.kill();
  }

  async #read(...args: readonly string[]): Promise<void> {
    const state = await writeState(
      this.#resources.map(({ outputs }, i) => exported("Index", `${i}`, outputs)),
    );
    await cli(...args, "--state", state)({ url: this.#url });
  }
}

const cli =
  (...args: readonly string[]) =>
  async ({ url }: { readonly url: string }) =>
    // A doctor may find something about this machine.
    expect((await pgindex(args, { DATABASE_URL: url })).code).toBeLessThan(3);

let few: Measured;
let many: Measured;
beforeAll(async () => {
  few = await Measured.create(FEW);
  many = await Measured.create(MANY);
});

test.each<{ name: string; command: Command }>([
  { name: "preview of new ones", command: commands("a", "preview") },
  { name: "preview of those that stand", command: commands("b", "preview") },
  {
    name: "up that adopts, refresh, preview and up with nothing to do",
    command: commands("b", "up", "refresh", "preview", "up"),
  },
  {
    name: "up that builds, status, report, destroy",
    command: commands("a", "up", "status", "report", "destroy"),
  },
  { name: "pgindex import", command: cli("import", "--json") },
  { name: "pgindex doctor", command: cli("doctor") },
  { name: "pgindex unused", command: cli("unused", "--window", "0s") },
  { name: "pgindex redundant", command: cli("redundant") },
  { name: "pgindex watch", command: cli("watch") },
])("$name", async ({ command }) => {
  const ofFew = new Map((await few.readsOf(command)).map((reads) => [reads.query, reads]));
  const ofMany = await many.readsOf(command);
  const growth = ofMany
    // What hardly reads anything says nothing.
    .filter(({ pages, query }) => pages > LEAST_PAGES && !READS_ALL.test(query))
    .map((reads) => growthOf(reads, ofFew.get(reads.query)));
  expect(growth.filter(({ times, most }) => times > most)).toEqual([]);
});

/** Of a query that is sent for each index, a call; of others, all of them. */
function growthOf(ofMany: Reads, ofFew?: Reads) {
  const { query, calls, rows } = ofMany;
  const isOfEach = calls >= OFTEN && rows <= 3 * calls;
  const pagesOf = (reads?: Reads) =>
    ((reads?.pages ?? 0) + 10) / (isOfEach ? (reads?.calls ?? 1) : 1);
  return {
    query,
    times: pagesOf(ofMany) / pagesOf(ofFew),
    most: isOfEach ? SLACK_OF_ONE : SLACK * (MANY / FEW),
  };
}
