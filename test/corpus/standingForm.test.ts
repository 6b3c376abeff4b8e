import { expect, test } from "vitest";
import { readIndex } from "../../providers/pgindex/src/engine/catalog/indexes.ts";
import { canonicalizeOnClone, formOf } from "../../providers/pgindex/src/engine/compare/clone.ts";
import { standingForm } from "../../providers/pgindex/src/engine/compare/forms/standingForm.ts";
import { adoptLiveSpelling } from "../../providers/pgindex/src/engine/compare/liveSpelling.ts";
import type { DesiredIndex } from "../../providers/pgindex/src/engine/declare/desiredIndex.ts";
import { cloneIndexStatement } from "../../providers/pgindex/src/engine/declare/statement.ts";
import { SharedSession } from "../../providers/pgindex/src/engine/look/sharedSession.ts";
import type { Session } from "../../providers/pgindex/src/engine/session/session.ts";
import { SharedReads } from "../../providers/pgindex/src/engine/session/sharedReads.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { searchPathValue } from "../../providers/pgindex/src/engine/text/sql.ts";
import { type Args, declare, targetOf } from "../support/engine/engine.ts";
import { EXPRESSIONS_AS_KEYS } from "./cases/expressions.ts";
import { KEYS } from "./cases/keys.ts";
import { METHODS } from "./cases/methods.ts";
import { PREDICATES } from "./cases/predicates.ts";
import { TYPES } from "./cases/types.ts";
import { useCorpus } from "./observe.ts";
import { printedArgs } from "./printed.ts";

const corpus = useCorpus();

/** By hand, as somebody would whose search path is the declaration's. */
async function build(desired: DesiredIndex): Promise<void> {
  const { schema, table, name, searchPath } = desired;
  const quote = (text: string) => corpus.db.client.escapeIdentifier(text);
  await corpus.db.query("SELECT set_config('search_path', $1, false)", [
    searchPathValue(searchPath),
  ]);
  await corpus.db.query(cloneIndexStatement(desired, `${quote(schema)}.${quote(table)}`, name));
  await corpus.db.query("SELECT set_config('search_path', '', false)");
}

const ASKED_ALONE = 10;

/** Asks as the previews of many do, whose session is shared. */
async function inLook<T>(
  desired: DesiredIndex,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const options = { purpose: "test", writable: true };
  return withObserver(targetOf(corpus.db.url), options, async (session) => {
    const shared = new SharedSession(session, new SharedReads(true)).part();
    for (let i = 0; i < ASKED_ALONE; i += 1)
      expect(await standingForm(shared, desired)).toBeUndefined();
    return work(shared);
  });
}

test("what is declared as it is printed has the form that a clone shows", async () => {
  const cases = [...EXPRESSIONS_AS_KEYS, ...PREDICATES, ...KEYS, ...METHODS, ...TYPES].filter(
    ({ since = 0 }) => since <= corpus.major,
  );
  const declared: DesiredIndex[] = [];
  for (const [i, { args }] of cases.entries()) {
    const desired = await declare({ schema: "app", table: "docs", ...args, name: `case_${i}` });
    await build(desired);
    for (const printed of await printedArgs(corpus, desired)) declared.push(await declare(printed));
  }
  const [any] = declared;
  if (!any) throw new Error("the corpus is empty");
  const told = await inLook(any, async (session) => {
    const names = new Set<string>();
    for (const desired of declared) if (await tells(session, desired)) names.add(desired.name);
    return names;
  });
  expect(told.size).toBeGreaterThan(cases.length / 2);
});

const EQUALS = `CREATE FUNCTION app.equals(int[], int[]) RETURNS boolean IMMUTABLE LANGUAGE sql
  AS 'SELECT false'; CREATE OPERATOR app.= (LEFTARG = int[], RIGHTARG = int[], FUNCTION = app.equals)`;
const NO_EQUALS = "DROP OPERATOR app.= (int[], int[]); DROP FUNCTION app.equals";

/** What gives a text another meaning under a search path with `app`, once it is there. */
const SHADOWS: readonly {
  readonly title: string;
  readonly args: Args;
  readonly create?: string;
  readonly drop?: string;
  readonly instead?: Args;
}[] = [
  {
    title: "a function that takes the very arguments",
    args: { columns: [{ expression: "array_length(nums, 1)" }] },
    create:
      "CREATE FUNCTION app.array_length(int[], int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'",
    drop: "DROP FUNCTION app.array_length",
  },
  {
    title: "a function of a domain over them",
    args: { columns: [{ expression: "array_length(tags, 1)" }] },
    create: `CREATE DOMAIN app.tag_list AS text[];
      CREATE FUNCTION app.array_length(app.tag_list, int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'`,
    drop: "DROP FUNCTION app.array_length; DROP DOMAIN app.tag_list",
  },
  {
    title: "a function of a type to which they are cast by themselves",
    args: { columns: [{ expression: "upper(title)" }] },
    create: `CREATE TYPE app.box AS (t text);
      CREATE FUNCTION app.boxed(text) RETURNS app.box IMMUTABLE LANGUAGE sql AS 'SELECT ROW($1)::app.box';
      CREATE CAST (text AS app.box) WITH FUNCTION app.boxed AS IMPLICIT;
      CREATE FUNCTION app.upper(app.box) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT NULL::text'`,
    drop: "DROP FUNCTION app.upper; DROP TYPE app.box CASCADE",
  },
  {
    title: "an operator that takes the very operands",
    args: { columns: ["id"], predicate: "nums = '{1}'::integer[]" },
    create: EQUALS,
    drop: NO_EQUALS,
  },
  {
    title: "an operator that is not named",
    args: { columns: ["id"], predicate: "nums IS DISTINCT FROM '{1}'::integer[]" },
    create: EQUALS,
    drop: NO_EQUALS,
  },
  {
    title: "a cast",
    args: { columns: ["id"], predicate: "title = 'x'::text" },
    create: `CREATE FUNCTION app.of_circle(circle) RETURNS bytea IMMUTABLE LANGUAGE sql AS 'SELECT NULL::bytea';
      CREATE CAST (circle AS bytea) WITH FUNCTION app.of_circle`,
    drop: "DROP CAST (circle AS bytea); DROP FUNCTION app.of_circle",
  },
  {
    title: "pg_catalog is searched last",
    args: { columns: [{ expression: "reverse(title)" }] },
    instead: { searchPath: ["app", "pg_catalog"] },
  },
  {
    title: "a word more",
    args: { columns: ["id"], predicate: "active" },
    instead: { predicate: "active AND id > 0" },
  },
  {
    title: "another order",
    args: { columns: ["id", "big"], predicate: "active" },
    instead: { columns: ["big", "id"] },
  },
  {
    title: "another operator class",
    args: { accessMethod: "gin", columns: [{ column: "data", operatorClass: "jsonb_path_ops" }] },
    instead: { columns: ["data"] },
  },
  {
    title: "unique",
    args: { columns: ["id"], predicate: "active" },
    instead: { unique: true },
  },
  {
    title: "a storage parameter",
    args: { columns: ["id"], predicate: "active" },
    instead: { storageParameters: { fillfactor: 70 } },
  },
];
test.each(SHADOWS)("$title: the standing index does not tell", async (shadow) => {
  const { create = "SELECT 1", drop = "SELECT 1", args, instead } = shadow;
  const searchPath = ["app", "public"];
  const desired = await declare({ schema: "app", table: "docs", name: "it", searchPath, ...args });
  await build(desired);
  await inLook(desired, async (session) => {
    expect(await standingForm(session, desired)).toMatchObject({ canonical: expect.anything() });
  });
  await corpus.db.query(create);
  try {
    const other = { schema: "app", table: "docs", name: "it", searchPath, ...args, ...instead };
    await inLook(desired, async (session) => {
      expect(await standingForm(session, await declare(other))).toBeUndefined();
    });
  } finally {
    await corpus.db.query(drop);
  }
});

/** Whether the standing index tells, and then what a clone shows, spelled as the index. */
async function tells(session: Session, desired: DesiredIndex): Promise<boolean> {
  const standing = await standingForm(session, desired);
  if (!standing) return false;
  const clone = await canonicalizeOnClone(session, desired);
  if (clone.kind !== "ok") throw new Error(`a clone refuses ${desired.name}`);
  const [row] = await session.query<{ oid: number }>(
    `SELECT c.oid::int8::float8 AS oid FROM pg_class c
      WHERE c.relname = $1 AND c.relnamespace = to_regnamespace($2)`,
    [desired.name, `"${desired.schema}"`],
  );
  const live = await readIndex(session, row?.oid ?? 0);
  if (!live) throw new Error(`there is no ${desired.name}`);
  const spelled = await adoptLiveSpelling(session, desired, clone.canonical, live);
  const { canonical, columnNames } = formOf(desired, standing);
  expect({ name: desired.name, columnNames, canonical }).toEqual({
    name: desired.name,
    columnNames: clone.columnNames,
    canonical: spelled.kind === "ok" ? spelled.canonical : undefined,
  });
  return true;
}
