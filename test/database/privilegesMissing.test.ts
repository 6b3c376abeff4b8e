import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { compared, desired, useAdvising } from "../support/engine/advising.ts";
import { failureOf, record, targetOf } from "../support/engine/engine.ts";
import { identityOf, serverHas, stateOf } from "../support/engine/engineDatabase.ts";
import type { Roles } from "../support/engine/engineRoles.ts";

const a = useAdvising();

describe("each missing right is told once, with what to run", () => {
  interface Missing {
    readonly right: string;
    /** Run by a superuser, with the names of the a.roles. */
    readonly setUp: (names: Roles) => string;
    readonly operation: () => Promise<unknown>;
    /** The grants without the role's name. */
    readonly grants: string;
  }
  const preview = () => previewIndex(targetOf(a.roles.url), compared);
  const cases: readonly Missing[] = [
    {
      right: "USAGE of the schema, to compare",
      setUp: ({ deploy }) =>
        `CREATE INDEX t_idx ON app.t USING hash (a); GRANT SELECT ON app.t TO ${deploy}`,
      operation: preview,
      grants: 'USAGE ON SCHEMA "app"',
    },
    {
      right: "SELECT, to compare",
      setUp: ({ deploy }) =>
        `CREATE INDEX t_idx ON app.t USING hash (a); GRANT USAGE ON SCHEMA app TO ${deploy}`,
      operation: preview,
      grants: 'SELECT ON "app"."t"',
    },
    {
      right: "both",
      setUp: () => "CREATE INDEX t_idx ON app.t USING hash (a)",
      operation: preview,
      grants: 'USAGE ON SCHEMA "app" SELECT ON "app"."t"',
    },
    {
      right: "TEMPORARY, to look at a partitioned table's partitions",
      setUp: ({ owner, deploy }) =>
        "DROP TABLE app.t; CREATE TABLE app.t (a int) PARTITION BY RANGE (a); ALTER TABLE " +
        `app.t OWNER TO ${owner}; ` +
        `GRANT ${owner} TO ${deploy}; REVOKE TEMPORARY ON DATABASE ${a.db.name} FROM PUBLIC`,
      operation: preview,
      grants: "TEMPORARY ON DATABASE",
    },
  ];
  test.each(cases)("$right", async ({ setUp, operation, grants }) => {
    for (const statement of setUp(a.roles).split("; ")) await a.db.query(statement);
    const asked = (await a.followAdvice(operation)).map((sql) =>
      sql.replace(/GRANT |(?: "test_\w+")? TO "\w+";/g, ""),
    );
    expect(asked).toEqual([grants]);
  });

  test("CREATE in the tablespace", async ({ skip }) => {
    skip(!serverHas(150000), "a tablespace needs a folder of its own before PostgreSQL 15");
    const { deploy, url } = a.roles;
    const tablespace = `${a.db.name}_space`;
    await a.db.query("SET allow_in_place_tablespaces = on");
    await a.db.query(`CREATE TABLESPACE ${tablespace} LOCATION ''`);
    await a.db.query(`ALTER TABLE app.t OWNER TO ${deploy}`);
    await a.db.query(`GRANT USAGE, CREATE ON SCHEMA app TO ${deploy}`);
    const there = { ...desired, tablespace };
    const build = () => ensureIndex({ database: targetOf(url), desired: there, ctx: record().ctx });
    expect(await a.followAdvice(build)).toEqual([
      `GRANT CREATE ON TABLESPACE "${tablespace}" TO "${deploy}";`,
    ]);
    // Everybody may use the database's own.
    const usual = { ...desired, name: "u_idx", tablespace: "pg_default" };
    await ensureIndex({ database: targetOf(url), desired: usual, ctx: record().ctx });
    await a.db.query("DROP INDEX app.t_idx");
    await a.db.query(`REVOKE ALL ON TABLESPACE ${tablespace} FROM ${deploy}`);
    await a.db.query(`DROP TABLESPACE ${tablespace}`);
  });

  test("membership, where a role is to be acted as", async () => {
    const { owner, deploy, url } = a.roles;
    const build = () =>
      ensureIndex({ database: targetOf(url, { role: owner }), desired, ctx: record().ctx });
    expect(await a.followAdvice(build)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
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

  test("a role that does not exist: the one that was meant", async () => {
    const { owner, url } = a.roles;
    const role = `${owner}x`;
    const { message } = await failureOf(previewIndex(targetOf(url, { role }), desired));
    expect(message).toContain(`fix: did you mean "${owner}"?`);
  });

  test("a member that does not inherit is told to act as the owner", async () => {
    const { owner, deploy } = a.roles;
    await a.db.query(`ALTER ROLE ${deploy} NOINHERIT`);
    await a.db.query(`GRANT ${owner} TO ${deploy}`);
    const { message } = await failureOf(a.build());
    expect(message).toMatch(new RegExp(`does not inherit.*\n +fix: set role: "${owner}"`));
    const built = await ensureIndex({
      database: targetOf(a.roles.url, { role: owner }),
      desired,
      ctx: record().ctx,
    });
    const drop = (role?: string) =>
      dropIndex(targetOf(a.roles.url, { role }), identityOf(built.live), record().ctx);
    expect((await failureOf(drop())).message).toMatch(/fix: set role/);
    await drop(owner);
    expect(await stateOf(a.db, "t_idx")).toBeUndefined();
  });
});
