import { describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import { compared, desired, useAdvising } from "../support/engine/advising.ts";
import { failureOf, record, targetOf } from "../support/engine/engine.ts";
import { identityOf, oidOf, stateOf } from "../support/engine/engineDatabase.ts";

const a = useAdvising();

describe("whoever follows the advice gets the index", () => {
  test("a role with no rights at all", async () => {
    const { owner, deploy } = a.roles;
    const preview = await failureOf(previewIndex(targetOf(a.roles.url), desired));
    const failure = await failureOf(a.build());
    expect(failure.message).toMatch(
      new RegExp(
        `cannot build index app\\.t_idx on app\\.t as role ${deploy}\n.*only the owner of a ` +
          `table \\(${owner}\\)`,
      ),
    );
    expect(preview.message).toBe(failure.message);
    expect(await oidOf(a.db, "t_idx")).toBeUndefined();

    expect(await a.followAdvice(a.build)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
    expect(await stateOf(a.db, "t_idx")).toBe("t/t/t");
  });

  test("a role that owns the table but may not create anything in its schema", async () => {
    const { owner, deploy } = a.roles;
    await a.db.query(`ALTER SCHEMA app OWNER TO postgres; GRANT USAGE ON SCHEMA app TO ${deploy}`);
    await a.db.query(`ALTER TABLE app.t OWNER TO ${deploy}`);
    expect(await a.followAdvice(a.build)).toEqual([`GRANT CREATE ON SCHEMA "app" TO "${deploy}";`]);
    expect(await stateOf(a.db, "t_idx")).toBe("t/t/t");
    expect(owner).not.toBe(deploy);
  });

  test("a role that may not make temporary tables: it builds, but it cannot adopt", async () => {
    const { owner, deploy } = a.roles;
    await a.db.query(`GRANT ${owner} TO ${deploy}`);
    await a.db.query(`REVOKE TEMPORARY ON DATABASE ${a.db.name} FROM PUBLIC`);
    const build = () => a.build(compared);
    expect((await build()).adopted).toBe(false);
    expect((await failureOf(build())).message).toMatch(
      /^cannot verify that the existing index app\.t_idx/,
    );
    expect(await a.followAdvice(build)).toEqual([
      `GRANT TEMPORARY ON DATABASE "${a.db.name}" TO "${deploy}";`,
    ]);
    expect((await build()).adopted).toBe(true);
  });

  test("a role that may not make temporary tables adopts what the catalog alone can tell", async () => {
    const { owner, deploy } = a.roles;
    await a.db.query(`GRANT ${owner} TO ${deploy}`);
    await a.db.query(`REVOKE TEMPORARY ON DATABASE ${a.db.name} FROM PUBLIC`);
    await a.build();
    expect((await a.build()).adopted).toBe(true);
  });
});

test("whoever did not build it can look, but not drop; the advice helps", async () => {
  const { owner, deploy } = a.roles;
  const built = await ensureIndex({ database: targetOf(a.db.url), desired, ctx: record().ctx });
  const outputs = toIndexOutputs(built, desired, []);
  expect(await refreshIndex(targetOf(a.roles.url), outputs)).toEqual(outputs);

  const drop = () => dropIndex(targetOf(a.roles.url), identityOf(built.live), record().ctx);
  expect((await failureOf(drop())).message).toMatch(
    new RegExp(`^cannot drop index app\\.t_idx as role ${deploy}\n.*only the owner`),
  );
  expect(await stateOf(a.db, "t_idx")).toBe("t/t/t");
  expect(await a.followAdvice(drop)).toEqual([`GRANT "${owner}" TO "${deploy}";`]);
  expect(await stateOf(a.db, "t_idx")).toBeUndefined();
});
