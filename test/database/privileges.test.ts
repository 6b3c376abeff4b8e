import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { identityOf, oidOf, serverHas, settle, stateOf } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

let db: TestDatabase;
let roles: Roles;

beforeEach(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  await db.query("CREATE TABLE app.t (a int)");
  await db.query(`ALTER TABLE app.t OWNER TO ${roles.owner}`);
});
afterEach(async () => {
  await settle(db);
  await dropRoles(db, roles);
  await db.drop();
});

const desired = await declare({ schema: "app", table: "t", name: "t_idx", columns: ["a"] });

/** The SQL of the advice that an operation fails with; undefined when it succeeds. */
async function adviceOf(operation: Promise<unknown>): Promise<string | undefined> {
  const message = await operation.then(
    () => undefined,
    (error: Error) => error.message,
  );
  return message && (/^ +fix: run: (.+;)$/m.exec(message)?.[1] ?? message);
}

/**
 * Follows the advice of every failure until the operation succeeds, and gives what had to be run.
 */
async function followAdvice(operation: () => Promise<unknown>): Promise<string[]> {
  const followed: string[] = [];
  for (;;) {
    const advice = await adviceOf(operation());
    if (advice === undefined) return followed;
    if (followed.includes(advice)) throw new Error(`the advice did not help: ${advice}`);
    followed.push(advice);
    await db.query(advice);
  }
}

const build = () => ensureIndex({ database: targetOf(roles.url), desired, ctx: record().ctx });

describe("whoever follows the advice gets the index", () => {
  test("a role with no rights at all", async () => {
    const { owner, deploy } = roles;
    const preview = await failureOf(previewIndex(targetOf(roles.url), desired));
    const failure = await failureOf(build());
    expect(failure.message).toMatch(
      new RegExp(
        `cannot build index app\\.t_idx on app\\.t as role ${deploy}\n.*only the owner of a ` +
          `table \\(${owner}\\)`,
      ),
    );
    expect(preview.message).toBe(failure.message);
    expect(await oidOf(db, "t_idx")).toBeUndefined();

    expect(await followAdvice(build)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  });

  test("a role that owns the table but may not create anything in its schema", async () => {
    const { owner, deploy } = roles;
    await db.query(`ALTER SCHEMA app OWNER TO postgres; GRANT USAGE ON SCHEMA app TO ${deploy}`);
    await db.query(`ALTER TABLE app.t OWNER TO ${deploy}`);
    expect(await followAdvice(build)).toEqual([`GRANT CREATE ON SCHEMA "app" TO "${deploy}";`]);
    expect(await stateOf(db, "t_idx")).toBe("t/t/t");
    expect(owner).not.toBe(deploy);
  });

  test("a role that may not make temporary tables: it builds, but it cannot adopt", async () => {
    const { owner, deploy } = roles;
    await db.query(`GRANT ${owner} TO ${deploy}`);
    await db.query(`REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`);
    expect((await build()).adopted).toBe(false);
    expect((await failureOf(build())).message).toMatch(
      /^cannot verify that the existing index app\.t_idx/,
    );
    expect(await followAdvice(build)).toEqual([
      `GRANT TEMPORARY ON DATABASE "${db.name}" TO "${deploy}";`,
    ]);
    expect((await build()).adopted).toBe(true);
  });
});

describe("each missing right is told once, with what to run", () => {
  interface Missing {
    readonly right: string;
    /** Run by a superuser, with the names of the roles. */
    readonly setUp: (names: Roles) => string;
    readonly operation: () => Promise<unknown>;
    /** The grants without the role's name. */
    readonly grants: string;
  }
  const preview = () => previewIndex(targetOf(roles.url), desired);
  const cases: readonly Missing[] = [
    {
      right: "USAGE of the schema, to compare",
      setUp: ({ deploy }) => `CREATE INDEX t_idx ON app.t (a); GRANT SELECT ON app.t TO ${deploy}`,
      operation: preview,
      grants: 'USAGE ON SCHEMA "app"',
    },
    {
      right: "SELECT, to compare",
      setUp: ({ deploy }) =>
        `CREATE INDEX t_idx ON app.t (a); GRANT USAGE ON SCHEMA app TO ${deploy}`,
      operation: preview,
      grants: 'SELECT ON "app"."t"',
    },
    {
      right: "both",
      setUp: () => "CREATE INDEX t_idx ON app.t (a)",
      operation: preview,
      grants: 'USAGE ON SCHEMA "app" SELECT ON "app"."t"',
    },
    {
      right: "TEMPORARY, to look at a partitioned table's partitions",
      setUp: ({ owner, deploy }) =>
        "DROP TABLE app.t; CREATE TABLE app.t (a int) PARTITION BY RANGE (a); ALTER TABLE " +
        `app.t OWNER TO ${owner}; ` +
        `GRANT ${owner} TO ${deploy}; REVOKE TEMPORARY ON DATABASE ${db.name} FROM PUBLIC`,
      operation: preview,
      grants: "TEMPORARY ON DATABASE",
    },
  ];
  test.each(cases)("$right", async ({ setUp, operation, grants }) => {
    for (const statement of setUp(roles).split("; ")) await db.query(statement);
    const asked = (await followAdvice(operation)).map((sql) =>
      sql.replace(/GRANT |(?: "test_\w+")? TO "\w+";/g, ""),
    );
    expect(asked).toEqual([grants]);
  });

  test.runIf(serverHas(150000))("CREATE in the tablespace", async () => {
    const { deploy, url } = roles;
    const tablespace = `${db.name}_space`;
    await db.query("SET allow_in_place_tablespaces = on");
    await db.query(`CREATE TABLESPACE ${tablespace} LOCATION ''`);
    await db.query(`ALTER TABLE app.t OWNER TO ${deploy}`);
    await db.query(`GRANT USAGE, CREATE ON SCHEMA app TO ${deploy}`);
    const there = { ...desired, tablespace };
    const build = () => ensureIndex({ database: targetOf(url), desired: there, ctx: record().ctx });
    expect(await followAdvice(build)).toEqual([
      `GRANT CREATE ON TABLESPACE "${tablespace}" TO "${deploy}";`,
    ]);
    // Everybody may use the database's own.
    const usual = { ...desired, name: "u_idx", tablespace: "pg_default" };
    await ensureIndex({ database: targetOf(url), desired: usual, ctx: record().ctx });
    await db.query("DROP INDEX app.t_idx");
    await db.query(`REVOKE ALL ON TABLESPACE ${tablespace} FROM ${deploy}`);
    await db.query(`DROP TABLESPACE ${tablespace}`);
  });

  test("membership, where a role is to be acted as", async () => {
    const { owner, deploy, url } = roles;
    const build = () =>
      ensureIndex({ database: targetOf(url, { role: owner }), desired, ctx: record().ctx });
    expect(await followAdvice(build)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
    // "none" is SET ROLE's word for the login itself.
    const none = failureOf(previewIndex(targetOf(url, { role: "none" }), desired));
    expect((await none).message).toMatch(
      new RegExp(
        `^cannot act as role none\n.*still acts as ${deploy} after SET ROLE.*\n +fix: correct role`,
      ),
    );
    const strange = failureOf(previewIndex(targetOf(url, { role: 'no "such' }), desired));
    expect((await strange).message).toMatch(
      /^cannot act as role no "such\n.*does not exist\n +fix: correct role on the Connection/,
    );
  });

  test("a member that does not inherit is told to act as the owner", async () => {
    const { owner, deploy } = roles;
    await db.query(`ALTER ROLE ${deploy} NOINHERIT`);
    await db.query(`GRANT ${owner} TO ${deploy}`);
    const { message } = await failureOf(build());
    expect(message).toMatch(new RegExp(`does not inherit.*\n +fix: set role: "${owner}"`));
    const built = await ensureIndex({
      database: targetOf(roles.url, { role: owner }),
      desired,
      ctx: record().ctx,
    });
    const drop = (role?: string) =>
      dropIndex(targetOf(roles.url, { role }), identityOf(built.live), record().ctx);
    expect((await failureOf(drop())).message).toMatch(/fix: set role/);
    await drop(owner);
    expect(await stateOf(db, "t_idx")).toBeUndefined();
  });
});

test("whoever did not build it can look, but not drop; the advice helps", async () => {
  const { owner, deploy } = roles;
  const built = await ensureIndex({ database: targetOf(db.url), desired, ctx: record().ctx });
  const outputs = toIndexOutputs(built, desired, []);
  expect(await refreshIndex(targetOf(roles.url), outputs)).toEqual(outputs);

  const drop = () => dropIndex(targetOf(roles.url), identityOf(built.live), record().ctx);
  expect((await failureOf(drop())).message).toMatch(
    new RegExp(`^cannot drop index app\\.t_idx as role ${deploy}\n.*only the owner`),
  );
  expect(await stateOf(db, "t_idx")).toBe("t/t/t");
  expect(await followAdvice(drop)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
  expect(await stateOf(db, "t_idx")).toBeUndefined();
});
