import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { declare, record, targetOf } from "../support/engine/engine.ts";
import {
  holdWrite,
  identityOf,
  serverHas,
  settle,
  stateOf,
  until,
  untilPhase,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";

const TIMEOUTS = [
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  ...(serverHas(140000) ? ["idle_session_timeout"] : []),
  ...(serverHas(170000) ? ["transaction_timeout"] : []),
];

/** Longer than the timeouts below. */
const LONGER_MS = 1_500;

let db: TestDatabase;
let roles: Roles;
beforeAll(async () => {
  db = await createDatabase();
  roles = await createRoles(db);
  await db.query("CREATE TABLE app.t (a int)");
  await db.query(`ALTER TABLE app.t OWNER TO ${roles.owner}`);
  await db.query(`GRANT ${roles.owner} TO ${roles.deploy}`);
  await db.query("INSERT INTO app.t SELECT generate_series(1, 100)");
});
afterEach(() => settle(db));
afterAll(async () => {
  await dropRoles(db, roles);
  await db.drop();
});

const CARRIERS: readonly (readonly [title: string, carrier: () => string])[] = [
  ["database", () => `DATABASE ${db.name}`],
  ["role", () => `ROLE ${roles.deploy}`],
];

describe("timeouts that the administrator has set end no build and no drop", () => {
  test.each(CARRIERS)("on the %s", async (_title, carrier) => {
    const { ctx, lines } = record();
    const target = targetOf(roles.url);
    const desired = await declare({ schema: "app", table: "t", name: "t_idx", columns: ["a"] });
    const writer = await holdWrite(db, "app.t");
    for (const name of TIMEOUTS) await db.query(`ALTER ${carrier()} SET ${name} = '1s'`);

    const ensuring = ensureIndex({ database: target, desired, ctx });
    await untilPhase(db, "waiting for writers before build");
    await delay(LONGER_MS);
    await writer.release();
    const ensured = await ensuring;
    expect(ensured).toMatchObject({ adopted: false, live: { valid: true } });
    expect(ensured.buildSeconds).toBeGreaterThan(LONGER_MS / 1000);

    for (const name of TIMEOUTS) await db.query(`ALTER ${carrier()} RESET ${name}`);
    const reader = await holdWrite(db, "app.t");
    for (const name of TIMEOUTS) await db.query(`ALTER ${carrier()} SET ${name} = '1s'`);
    const drop = record();
    const dropping = dropIndex(target, identityOf(ensured.live), drop.ctx);
    // In its statement, or before it: on a busy machine the writer is an old one by now.
    await until("the drop waits", async () => drop.statuses.some((it) => it.includes("wait")));
    await delay(LONGER_MS);
    await reader.release();
    await dropping;
    expect(await stateOf(db, "t_idx")).toBeUndefined();
    for (const name of TIMEOUTS) await db.query(`ALTER ${carrier()} RESET ${name}`);
    const said = [...lines, ...drop.lines];
    expect(said.filter((line) => line.includes("interrupted"))).toEqual([]);
  });
});
