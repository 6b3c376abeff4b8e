import { expect, test } from "vitest";
import {
  foreignCodeAdvice,
  ownerAdvice,
} from "../../../providers/pgindex/src/engine/compare/safelyMessages.ts";
import { declare } from "../../support/engine/engine.ts";

const desired = await declare({ table: "t", name: "i", columns: ["a"] });
const rights = {
  owner: "owner",
  login: "login",
  database: "app",
  schema: "public",
  isLogin: false,
  canBe: false,
  makesTemporary: true,
  usesSchema: true,
  hasForeignClass: false,
};

test.each([
  [[{ signature: "public.f(text)", moment: "run" as const }], "it calls public.f(text), which"],
  [[], "it calls a function, which"],
])("code that would run as our login is named: %j", (code, text) => {
  expect(foreignCodeAdvice(desired, code, rights).why).toContain(text);
});

test.each([
  [{}, "grant owner that right"],
  [{ makesTemporary: false }, 'run: GRANT TEMPORARY ON DATABASE "app" TO "owner";'],
  [
    { makesTemporary: false, usesSchema: false },
    'run: GRANT TEMPORARY ON DATABASE "app" TO "owner"; GRANT USAGE ON SCHEMA "public" TO "owner";',
  ],
])("what the owner lacks is granted: %j", (lacks, fix) => {
  const error = new Error("permission denied");
  const advice = ownerAdvice(desired, { ...rights, ...lacks }, error);
  expect(advice.fix).toBe(fix);
  expect(advice.why).toMatch(/only with the rights of owner, the table's owner; permission denied/);
});
