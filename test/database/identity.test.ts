// Which database it is, by what every role may read of it.
import { afterEach, expect, test } from "vitest";
import { readDatabaseIdentity } from "../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { targetOf } from "../support/engine/engine.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const options = { purpose: "test", searchPath: [], writable: false };

async function identityFor(url: string) {
  const session = await openSession(targetOf(url), options);
  try {
    return await readDatabaseIdentity(session);
  } finally {
    await session.close();
  }
}

afterEach(async () => {
  await db.query("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC");
});

test("a server that keeps its identifier to itself is told by the database's name", async () => {
  const roles = await createRoles(db);
  const whole = await identityFor(roles.url);
  expect(whole).toMatchObject({ systemIdentifier: expect.stringMatching(/^\d+$/), name: db.name });
  await db.query("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
  expect(await identityFor(roles.url)).toEqual({ ...whole, systemIdentifier: null });
  await dropRoles(db, roles);
});

test("a branch is another database than the one that it was made from", async () => {
  expect(await identityFor(db.url)).not.toHaveProperty("branch");
  await db.query(`ALTER DATABASE ${db.name} SET neon.timeline_id = 'b1'`);
  expect(await identityFor(db.url)).toMatchObject({ branch: "b1" });
});
