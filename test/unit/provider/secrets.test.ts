import { expect, test } from "vitest";
import { conceal, secretsOf } from "../../../providers/pgindex/src/provider/secrets.ts";

const INPUTS = {
  schema: "public",
  name: "t_idx",
  columns: ["id", { expression: "f(code, 'pepper')" }],
  predicate: "customer = 'it''s' AND n > 42 AND name > ''",
};

test.each([
  [
    "the argument itself",
    "cannot read: customer = 'it''s' AND n > 42 AND name > ''",
    "cannot read: [secret]",
  ],
  [
    "as PostgreSQL prints it",
    "((customer = 'it''s'::text) AND (n > 42))",
    "(([secret] = [secret]::text) AND ([secret] > [secret]))",
  ],
  ["a constant without its quotes", "invalid input: it's", "invalid input: [secret]"],
  [
    "an expression of several columns",
    "f(code, 'pepper'::text) of id",
    "[secret]([secret], [secret]::text) of id",
  ],
  ["not the name of an argument", "name is 64 bytes long", "name is 64 bytes long"],
  ["not within another word", "customers: 421 rows", "customers: 421 rows"],
])("%s", async (_title, message, expected) => {
  const secrets = await secretsOf(INPUTS, ["predicate", "columns.1.expression"]);
  expect(conceal(message, secrets)).toBe(expected);
});

test("outputs have the names and constants of their statement, but for the index's own", async () => {
  const statement = `CREATE INDEX "t_idx" ON "public"."t" ("id") WHERE customer = 'pepper'`;
  const outputs = {
    schema: "public",
    name: "t_idx",
    table: "t",
    statement,
  };
  const shown = conceal(
    `dropping public.t_idx on t: ${statement}`,
    await secretsOf(outputs, ["predicate"]),
  );
  expect(shown).toMatch(/^dropping public\.t_idx on t: CREATE INDEX/);
  expect(shown).not.toMatch(/customer|pepper/);
});

test("nothing is concealed where nothing is secret", async () => {
  expect(await secretsOf(INPUTS, undefined)).toEqual([]);
  expect(await secretsOf(undefined, [])).toEqual([]);
});
