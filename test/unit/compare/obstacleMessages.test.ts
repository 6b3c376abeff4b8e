import { expect, test } from "vitest";
import type { Obstacle } from "../../../providers/pgindex/src/engine/compare/clone.ts";
import { obstacleAdvice } from "../../../providers/pgindex/src/engine/compare/obstacleMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const desired = await declare({ schema: "App", table: "t", name: "i", columns: ["a"] });
const login = {
  role: "De",
  database: "Shop",
  usesSchema: false,
  selects: false,
  makesTemporary: false,
};

test.each<[obstacle: Obstacle, why: RegExp, fix: string]>([
  ["readOnly", /^the session is read-only, so/, "connect to the primary"],
  [
    "locked",
    /^another session has locked the table, so/,
    "run the command again once the table is free",
  ],
  [
    "privilege",
    /^the role lacks a privilege, so/,
    'run: GRANT USAGE ON SCHEMA "App" TO "De"; GRANT SELECT ON "App"."t" TO "De"; GRANT ' +
      'TEMPORARY ON DATABASE "Shop" TO "De";',
  ],
])("an index that cannot be compared, %s", (obstacle, why, fix) => {
  const advice = obstacleAdvice(desired, obstacle, login);
  expect(advice.what).toBe(
    "cannot verify that the existing index App.i on App.t is the declared one",
  );
  expect(advice.why).toMatch(why);
  expect(advice.fix).toBe(fix);
});
