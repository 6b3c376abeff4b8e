import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dropIndex } from "../../providers/pgindex/src/engine/drop.ts";
import { ensureIndex } from "../../providers/pgindex/src/engine/ensure.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/outputs.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/preview.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/refresh.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { declare, failureOf, record, targetOf } from "../support/engine.ts";
import { identityOf, oidOf, settle, stateOf } from "../support/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engineRoles.ts";

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

/** Follows the advice of every failure until the operation succeeds, and gives what had to be run. */
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

const build = () => ensureIndex({ target: targetOf(roles.url), desired, ctx: record().ctx });

describe("whoever follows the advice gets the index", () => {
  test("a role with no rights at all", async () => {
    const { owner, deploy } = roles;
    const preview = await failureOf(previewIndex(targetOf(roles.url), desired));
    const failure = await failureOf(build());
    expect(failure.message).toMatch(
      new RegExp(
        `cannot build index app\\.t_idx on app\\.t as role ${deploy}\n.*only the owner of a table \\(${owner}\\)`,
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
      `GRANT TEMPORARY ON DATABASE "${db.name}" TO "${deploy}"; GRANT SELECT ON "app"."t" TO "${deploy}";`,
    ]);
    expect((await build()).adopted).toBe(true);
  });
});

test("whoever did not build it can look, but not drop; the advice helps", async () => {
  const { owner, deploy } = roles;
  const built = await ensureIndex({ target: targetOf(db.url), desired, ctx: record().ctx });
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
