// Whoever owns a table owns functions, operators, types, views and policies too, and our login may be
// a superuser. Nothing that only looks may run any of it with more rights than the owner has.
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { markApplied } from "../../providers/pgindex/src/baseline/baseline.ts";
import { drizzle } from "../../providers/pgindex/src/baseline/drizzle/drizzleBookkeeping.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { measureQueries } from "../../providers/pgindex/src/engine/measure/measure.ts";
import { parseServedQueries } from "../../providers/pgindex/src/engine/measure/servedQueries.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import { pgindex } from "../support/tools/cli.ts";
import {
  type Attack,
  CLASSED,
  COLUMNS,
  COMPARISONS,
  MEASUREMENTS,
  PLANTS,
  PREVIEWS,
  TRUSTED,
} from "./hostileCases.ts";

const major = Math.floor(inject("server").versionNumber / 10_000);
let db: TestDatabase;
let [mallory, reader, victim] = ["", "", ""];
let target: pg.Client | undefined;

beforeAll(async () => {
  db = await createDatabase();
  [mallory, reader, victim] = [`${db.name}_mallory`, `${db.name}_reader`, `victim of ${db.name}`];
  await db.query(
    `CREATE ROLE ${mallory} LOGIN PASSWORD 'm'; CREATE ROLE ${reader} LOGIN PASSWORD 'r'`,
  );
  await db.query(`CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO PUBLIC`);
  await db.query(
    `GRANT CREATE ON SCHEMA app TO ${mallory}; GRANT CREATE ON SCHEMA public TO PUBLIC`,
  );
  const hers = new pg.Client({ connectionString: as(mallory, "m") });
  await hers.connect();
  for (const [since, sql] of PLANTS(victim)) if (since <= major) await hers.query(sql);
  await hers.query("CREATE INDEX live_idx ON app.t ((a + app.evil(0)))");
  await hers.end();
  await db.query(`ALTER ROLE ${reader} SET search_path = app`);
  await db.query(TRUSTED);
  await db.query(`REVOKE CREATE ON SCHEMA app FROM ${mallory}`);
});
afterAll(async () => {
  await target?.end().catch(() => undefined);
  await db.query(`DROP OWNED BY ${mallory}, ${reader} CASCADE; DROP ROLE ${mallory}, ${reader}`);
  await db.drop();
});

function as(role: string, password: string): string {
  return Object.assign(new URL(db.url), { username: role, password }).href;
}

/** Opens the superuser's session that the code would end, if it got the rights. */
async function aim(): Promise<void> {
  if (target && (await stands())) return;
  target = new pg.Client({ connectionString: db.url, application_name: victim });
  target.on("error", () => undefined);
  await target.connect();
}

async function stands(): Promise<boolean> {
  if (!target) return false;
  return target.query("SELECT").then(
    () => true,
    () => false,
  );
}

/** The attack is one: as a superuser who does not look, it hits. */
async function expectHitWithoutDefence({ naive }: Attack, role?: string): Promise<void> {
  await aim();
  const client = await db.connect();
  await client.query("BEGIN");
  if (role) await client.query(`SET LOCAL ROLE ${role}`);
  for (const sql of naive) await client.query(sql).catch(() => undefined);
  await client.end();
  expect(await stands(), "the attack hits nothing").toBe(false);
  await aim();
}

const attacks = <A extends Attack>(all: readonly A[]) =>
  all.filter(({ since = 0 }) => since <= major).map((each) => [each.title, each] as const);

describe("a preview runs nothing with the rights of a superuser's login", () => {
  test.each(attacks([...PREVIEWS, ...COLUMNS]))("%s", async (_title, attack) => {
    await expectHitWithoutDefence(attack);
    const desired = await declare({ schema: "app", table: "t", name: "x_idx", ...attack.args });
    const preview = previewIndex(targetOf(db.url), desired);
    if (attack.refused) expect((await failureOf(preview)).message).toMatch(attack.refused);
    else await preview;
    expect(await stands()).toBe(true);
  });

  test("PostgreSQL's own case, in a preview, a build and the preview after it", async () => {
    const desired = await declare({
      schema: "app",
      table: "sro_tab",
      name: "sro_idx",
      columns: [{ expression: "app.sro_ifun(a) + app.sro_ifun(0)" }],
      predicate: "app.sro_ifun(a + 10) > app.sro_ifun(10)",
    });
    expect(await previewIndex(targetOf(db.url), desired)).toContainEqual(
      expect.stringMatching(/^builds the index/),
    );
    await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
    expect(await previewIndex(targetOf(db.url), desired)).toContainEqual(
      expect.stringMatching(/^builds nothing/),
    );
  });
});

async function measure(
  query: object,
  login: string,
  role?: string,
  searchPath: readonly string[] = ["app"],
): Promise<unknown> {
  const parsed = await parseServedQueries([{ name: "q", runs: 1, role, ...query }]);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  return measureQueries({
    database: targetOf(login),
    index: { schema: "app", table: "plain", name: "plain_idx" },
    queries: parsed.value,
    searchPath,
    ctx: record().ctx,
  });
}

describe("a measurement runs nothing with the rights of a superuser's login", () => {
  test.each(attacks(MEASUREMENTS))("%s", async (_title, attack) => {
    const role = attack.asReader ? reader : undefined;
    await expectHitWithoutDefence(attack, role);
    const { message } = await failureOf(measure(attack.query, db.url, role));
    expect(message).toMatch(/(it calls|may call) .*app\.|calls pg_catalog\.table_to_xml/);
    expect(message).toMatch(/nothing ran/);
    expect(await stands()).toBe(true);
  });
});

test.each(["COLUMNS x app.checked PATH '.'", "COLUMNS x int PATH 'y' DEFAULT app.evil(1)"])(
  "XMLTABLE (%s) is refused, also where the server has no XML to run it",
  async (columns) => {
    const sql = `SELECT x.* FROM app.t, XMLTABLE('/r/x' PASSING (t.name::xml) ${columns}) x`;
    const { message } = await failureOf(measure({ sql }, db.url));
    expect(message).toMatch(/(it calls|may call) .*app\.evil/);
  },
);

describe("whatever else looks, or builds", () => {
  const INDEX = { schema: "app", table: "t", name: "built_idx" };

  test("an up, a refresh, a drop, the import, the doctor", async () => {
    await aim();
    const columns = [{ expression: "a + app.evil(0)" }];
    const [desired, database] = [await declare({ ...INDEX, columns }), targetOf(db.url)];
    const { ctx } = record();
    const built = await ensureIndex({ database, desired, ctx });
    const outputs = toIndexOutputs(built, desired, []);
    expect(await refreshIndex(database, outputs)).toMatchObject({ drift: null });
    const environment = { DATABASE_URL: db.url, PATH: process.env.PATH ?? "" };
    expect(await pgindex(["import"], environment)).toMatchObject({ code: 0 });
    const doctor = await pgindex(["doctor"], environment);
    expect(doctor.out).toMatch(/PUBLIC in public.*REVOKE CREATE ON SCHEMA "public" FROM PUBLIC/s);
    await dropIndex(database, outputs, ctx);
    expect(await stands()).toBe(true);
  });

  test("an up whose statement runs code while it is parsed is refused", async () => {
    await aim();
    const columns = [{ expression: "('{1}'::app.checked[])[1]" }];
    const desired = await declare({ ...INDEX, columns });
    const up = ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
    expect((await failureOf(up)).message).toMatch(/checked by app\.evil.*fix: connect as/s);
    expect(await stands()).toBe(true);
  });

  test("the owner herself builds it, and needs nobody's leave", async () => {
    const columns = [{ expression: "('{1}'::app.checked[])[1]" }];
    const desired = await declare({ ...INDEX, columns });
    await db.query(`GRANT CREATE ON SCHEMA app TO ${mallory}`);
    expect(await previewIndex(targetOf(as(mallory, "m")), desired)).not.toEqual([]);
    await db.query(`REVOKE CREATE ON SCHEMA app FROM ${mallory}`);
  });

  test("whoever cannot become the owner is told so, where code of hers would run", async () => {
    const trusted = await declare({ ...INDEX, columns: [{ expression: "abs(a)" }] });
    const hers = await declare({ ...INDEX, columns: [{ expression: "app.wraps(a)" }] });
    const [login, onlyOwner] = [targetOf(as(reader, "r")), /only the owner of a table/];
    expect((await failureOf(previewIndex(login, trusted))).message).toMatch(onlyOwner);
    expect((await failureOf(previewIndex(login, hers))).message).toMatch(
      new RegExp(
        `it calls app\\.wraps.*rights of ${reader}.*GRANT "${mallory}" TO "${reader}"`,
        "s",
      ),
    );
  });
});

describe("a mark in the table of a migration tool", () => {
  test.each(["trigger", "default", "check", "index", "rule", "generated"])(
    "whose %s is code",
    async (way) => {
      const insert = `INSERT INTO app.marks_${way} (hash, created_at) VALUES ('x', 1)`;
      await expectHitWithoutDefence({ title: way, naive: [insert] });
      const mark = {
        migration: "0001_a",
        hash: "0".repeat(64),
        createdAt: 1,
        previousAt: null,
        migrationsSchema: "app",
        migrationsTable: `marks_${way}`,
      };
      const marking = markApplied(drizzle, targetOf(db.url), { mark, indexes: [] });
      expect((await failureOf(marking)).message).toMatch(/would run .*app\.\w+\(.*nothing ran/s);
      expect(await stands()).toBe(true);
    },
  );
});

describe("others may create in a schema of the search_path", () => {
  const QUERY = { sql: "SELECT a FROM app.plain WHERE lower(name) = $1", values: ["7"] };
  const inPublic = (login: string, role?: string) => measure(QUERY, login, role, ["public"]);
  beforeAll(() =>
    db.query(`CREATE FUNCTION public.lower(varchar) RETURNS text STABLE LANGUAGE plpgsql
      AS $$ BEGIN PERFORM app.strike(); RETURN pg_catalog.lower($1::text); END $$;
      ALTER FUNCTION public.lower(varchar) OWNER TO ${mallory};
      ALTER ROLE ${reader} SET search_path = public`),
  );

  test("a mighty login measures nothing, whichever role it acts as", async () => {
    const naive = ["SET LOCAL search_path = public", "SELECT lower(name) FROM app.plain"];
    await expectHitWithoutDefence({ title: "planted", naive });
    for (const role of [undefined, reader]) {
      const { message } = await failureOf(inPublic(db.url, role));
      expect(message).toMatch(/^refused to measure .* as postgres \(SUPERUSER\)\n/);
      expect(message).toMatch(/PUBLIC in public.*nothing ran\n/);
      expect(message).toMatch(/fix: run: REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;\n/);
    }
    expect(await stands()).toBe(true);
  });

  test.each([
    ["CREATEROLE", `ALTER ROLE $1 CREATEROLE`, `ALTER ROLE $1 NOCREATEROLE`],
    ["BYPASSRLS", `ALTER ROLE $1 BYPASSRLS`, `ALTER ROLE $1 NOBYPASSRLS`],
    [
      "pg_execute_server_program",
      "GRANT pg_execute_server_program TO $1",
      "REVOKE pg_execute_server_program FROM $1",
    ],
  ])("so does a login with %s", async (might, give, take) => {
    await db.query(give.replace("$1", reader));
    const { message } = await failureOf(inPublic(as(reader, "r")));
    await db.query(take.replace("$1", reader));
    expect(message).toContain(`as ${reader} (${might})`);
  });

  test("an ordinary login measures, with its own rights", async () => {
    await aim();
    expect(await inPublic(as(reader, "r"))).toMatchObject([{ measurement: { rows: 1 } }]);
    expect(await stands()).toBe(true);
  });

  test("after the REVOKE the function itself is what is refused", async () => {
    await db.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    const { message } = await failureOf(inPublic(db.url));
    expect(message).toMatch(/it calls (public\.)?lower\(character varying\)\n.*nothing ran/);
    await db.query("DROP FUNCTION public.lower(varchar)");
    expect(await inPublic(db.url)).toMatchObject([{ measurement: { rows: 1 } }]);
  });

  test("a schema's owner may too, which no REVOKE mends", async () => {
    await db.query(`ALTER SCHEMA app OWNER TO ${mallory}`);
    const { message } = await failureOf(measure(QUERY, db.url));
    await db.query("ALTER SCHEMA app OWNER TO CURRENT_USER");
    expect(message).toMatch(new RegExp(`${mallory} in app.*fix: connect as an ordinary role`, "s"));
    expect(message).toMatch(/or: {2}leave app out of searchPath/);
  });
});

describe("an event trigger runs a function that another role can replace", () => {
  beforeAll(async () => {
    await db.query(
      `CREATE FUNCTION app.on_ddl() RETURNS event_trigger LANGUAGE plpgsql
         AS $$ BEGIN PERFORM app.strike(); END $$;
       ALTER FUNCTION app.on_ddl() OWNER TO ${mallory}`,
    );
    await aim();
    await db.query(
      "CREATE EVENT TRIGGER on_ddl ON ddl_command_start EXECUTE FUNCTION app.on_ddl()",
    );
  });
  afterAll(() => db.query("DROP EVENT TRIGGER on_ddl"));

  const PLACE = { schema: "app", table: "t", name: "fired_idx" };
  const declared = () => declare({ ...PLACE, columns: [{ expression: "abs(a)" }] });
  const QUERY = { sql: "SELECT a FROM app.plain WHERE abs(a) = $1", values: [7] };
  const WAYS: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["a preview", async () => previewIndex(targetOf(db.url), await declared())],
    [
      "an up, of a column alone too",
      async () => {
        const desired = await declare({ ...PLACE, columns: ["a"] });
        return ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
      },
    ],
    ["a measurement", () => measure(QUERY, db.url)],
    [
      "an import",
      async () => {
        const environment = { DATABASE_URL: db.url, PATH: process.env.PATH ?? "" };
        throw new Error((await pgindex(["import", "--schema", "app"], environment)).err);
      },
    ],
  ];

  test.each(WAYS)("%s is refused", async (_way, run) => {
    await expectHitWithoutDefence({ title: "fired", naive: ["CREATE TEMPORARY TABLE x ()"] });
    expect((await failureOf(run())).message).toMatch(
      /^refused to run DDL as .*event trigger on_ddl would run app\.on_ddl\(\).*nothing ran/ms,
    );
    expect(await stands()).toBe(true);
  });

  test("an ordinary login measures, with its own rights", async () => {
    await aim();
    expect(await measure(QUERY, as(reader, "r"))).toMatchObject([{ measurement: { rows: 1 } }]);
    expect(await stands()).toBe(true);
  });

  test("SECURITY DEFINER, as it is told, takes the rights away", async () => {
    await db.query("ALTER FUNCTION app.on_ddl() SECURITY DEFINER");
    await aim();
    expect(await previewIndex(targetOf(db.url), await declared())).not.toEqual([]);
    expect(await stands()).toBe(true);
  });
});

test.each([
  [
    15,
    "a publication's row filter",
    "CREATE PUBLICATION p FOR TABLE app.plain WHERE (app.evil(a) > 0)",
  ],
  [
    18,
    "a virtual column",
    "CREATE TABLE v (a int, b int GENERATED ALWAYS AS (app.evil(a)) VIRTUAL)",
  ],
] as const)("since %i PostgreSQL itself refuses code in %s", async (since, _place, sql) => {
  const { message } = await failureOf(db.query(sql));
  expect(message).toMatch(
    since <= major ? /user-defined function|publication WHERE/ : /syntax error/,
  );
});

describe("nobody runs a VOLATILE function, in whatever form it is called", () => {
  const FORMS: readonly (readonly [form: string, sql: string, name: string])[] = [
    ["an attribute", "SELECT t.clear FROM app.t", "app.clear"],
    ["an aggregate", "SELECT app.sum_up(a) FROM app.t", "app.adds"],
    ["an operator", "SELECT a OPERATOR(app.<%>) 1 FROM app.t", "app.adds"],
    ["a view", "SELECT a FROM app.reads", "pg_catalog.pg_read_file"],
  ];
  const expectRefused = async (sql: string, name: string) => {
    const { message } = await failureOf(measure({ sql }, as(reader, "r")));
    expect(message).toMatch(new RegExp(`it calls .*${name}\\b`));
  };

  test.each(FORMS)("%s", (_form, sql, name) => expectRefused(sql, name));

  test("nor where the database's array_nulls makes texts of what is NULL", async () => {
    await db.query(`ALTER DATABASE ${db.name} SET array_nulls = off`);
    for (const [, sql, name] of FORMS) await expectRefused(sql, name);
    await db.query(`ALTER DATABASE ${db.name} RESET array_nulls`);
  });

  describe("where the server cannot parse it for us", () => {
    beforeAll(() => db.query(`REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`));
    afterAll(() => db.query(`GRANT TEMPORARY ON DATABASE ${db.name} TO PUBLIC`));
    test.each(FORMS)("%s", (_form, sql, name) => expectRefused(sql, name));

    test("what calls nothing of the kind is measured", async () => {
      const query = { sql: "SELECT a FROM app.plain WHERE abs(a) = $1", values: [7] };
      expect(await measure(query, as(reader, "r"))).toMatchObject([{ measurement: { rows: 1 } }]);
    });
  });
});

describe("an operator class compares by a function of another role's", () => {
  beforeAll(async () => {
    await target?.end();
    target = undefined;
    await db.query(CLASSED);
  });
  afterAll(() => db.query("DROP OPERATOR FAMILY app.evil_ops USING btree CASCADE"));

  test.each(attacks(COMPARISONS))("%s", async (_title, attack) => {
    await expectHitWithoutDefence(attack);
    const { message } = await failureOf(measure(attack.query, db.url));
    expect(message).toMatch(/(it calls|may call) .*app\.(compare|hash)\(.*nothing ran/s);
    expect(await stands()).toBe(true);
  });

  test.each([
    ["lower('[1,2)'::app.compared)", /checked by app\.compare\(integer,integer\)/],
    ["('{1}'::app.checked[])[1]", /checked by app\.evil\(integer\)/],
  ])("what runs while it is parsed is found beside it: %s", async (expression, message) => {
    await aim();
    const desired = await declare({
      schema: "app",
      table: "t",
      name: "x_idx",
      columns: [{ expression }],
    });
    const { ctx } = record();
    for (const look of [
      () => previewIndex(targetOf(db.url), desired),
      () => ensureIndex({ database: targetOf(db.url), desired, ctx }),
    ])
      expect((await failureOf(look())).message).toMatch(message);
    expect(await stands()).toBe(true);
  });
});
