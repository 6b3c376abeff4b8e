// `pulumi up --skip-preview`, which is usual in CI: the engine takes no unknown value then, and would
// report the one that it finds in place of what was refused.
import { beforeAll, describe, expect, test } from "vitest";
import { UNKNOWN } from "../../providers/pgindex/src/engine/input/unknownValues.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { check } from "./calls.ts";
import { type Opened, openProvider } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b text)");
let opened: Opened;
beforeAll(async () => {
  opened = await openProvider({ DATABASE_URL: database().url });
});

const INDEX = { table: "t", name: "t_a_idx", columns: ["a"] };
const PLACE = { schema: "public", table: "t", name: "t_a_idx", builtAt: null, before: [] };
const MARK = { migration: "0001", migrationsSchema: "public", migrationsTable: "m", indexes: [] };

interface Case {
  readonly kind: string;
  readonly args: object;
  readonly refusal: string;
}

const CASES: readonly Case[] = [
  { kind: "index", args: { ...INDEX, where: "a > 0" }, refusal: 'did you mean "predicate"?' },
  { kind: "index", args: { ...INDEX, columns: [] }, refusal: "columns is empty" },
  { kind: "index", args: { ...INDEX, columns: ["lower(b)"] }, refusal: "{ expression:" },
  { kind: "index", args: { ...INDEX, table: "public.t" }, refusal: 'schema: "public", table: "t"' },
  {
    kind: "index",
    args: { ...INDEX, serves: [{ name: "q", sql: "DELETE FROM t" }] },
    refusal: "serves[0].sql is not a SELECT",
  },
  {
    kind: "verification",
    args: { ...PLACE, served: [{ name: "q", sql: "SELECT $1", values: [["x"]] }] },
    refusal: "is not a plain value",
  },
  { kind: "verification", args: { ...PLACE, onFailedExpectation: "no" }, refusal: "neither" },
  { kind: "gate", args: { indexes: [{ ...INDEX, where: "a > 0" }] }, refusal: '"predicate"?' },
  { kind: "gate", args: { indexes: [INDEX], stack: "s", soak: "24" }, refusal: "length of time" },
  { kind: "gate", args: { indexes: [INDEX], evidence: {} }, refusal: "t_a_idx" },
  { kind: "backup", args: { indexes: [] }, refusal: "indexes is empty" },
  { kind: "backup", args: { indexes: [INDEX], maxAge: "1h" }, refusal: '"maximumAge"?' },
  { kind: "baseline", args: { ...MARK, migrationTable: "x" }, refusal: '"migrationsTable"?' },
  { kind: "nodePgMigrateBaseline", args: { ...MARK, x: 1 }, refusal: "x is not an argument" },
  { kind: "prismaBaseline", args: { ...MARK, x: 1 }, refusal: "x is not an argument" },
];

describe("what is refused outside of a preview has its advice, and nothing unknown", () => {
  test.each(CASES)("$kind: $refusal", async ({ kind, args, refusal }) => {
    const hidden = { __provider: opened.begin(kind), __urn: `urn:pulumi:dev::tests::x::${kind}` };
    const { inputs, failures } = await check(opened.process, {}, { ...args, ...hidden });
    expect(failures.join("\n")).toContain(refusal);
    expect(JSON.stringify(inputs)).not.toContain(UNKNOWN);
  });
});
