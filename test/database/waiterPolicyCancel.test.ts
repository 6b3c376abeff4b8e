import { describe, expect, test } from "vitest";
import { holdWrite, settle, untilPhase } from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles } from "../support/engine/engineRoles.ts";
import { useTable } from "../support/engine/engineTable.ts";
import { ALTER, SLOW, start, untilSaid, waitBehind } from "../support/engine/waiterCases.ts";

const db = await useTable();

describe("cancel", () => {
  test("cancels the waiter, and the build goes on", SLOW, async () => {
    const writer = await holdWrite(db, "t");
    const { ensuring, lines } = await start(db, { waiters: "cancel" });
    await untilPhase(db, "waiting for writers before build");
    const alter = await waitBehind(db, ALTER);
    expect(await alter.outcome).toBe("57014");
    await writer.release();
    expect((await ensuring).live.valid).toBe(true);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^warning: cancelled pid ${alter.pid} .*waited behind`)),
    ]);
  });

  test("says the GRANT where it may not", SLOW, async () => {
    const roles = await createRoles(db);
    await db.query(`ALTER TABLE t OWNER TO ${roles.owner}`);
    await db.query(`GRANT CREATE ON SCHEMA public TO ${roles.owner}`);
    await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
    const writer = await holdWrite(db, "t");
    const { ensuring, lines } = await start(db, { waiters: "cancel" }, roles.url);
    await untilPhase(db, "waiting for writers before build");
    const alter = await waitBehind(db, ALTER);
    const warning = await untilSaid(lines, "cannot be cancelled");
    expect(warning).toContain(`GRANT pg_signal_backend TO "${roles.deploy}";`);
    await db.query("SELECT pg_cancel_backend($1)", [alter.pid]);
    await writer.release();
    expect((await ensuring).live.valid).toBe(true);
    await settle(db);
    await dropRoles(db, roles);
  });
});
