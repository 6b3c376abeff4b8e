// The table of fronts.test.ts for the resources that are no index.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { sha256 } from "../../providers/pgindex/src/baseline/migrationSql.ts";
import { UNKNOWN } from "../../providers/pgindex/src/engine/input/unknownValues.ts";
import type { ResourceName } from "../../providers/pgindex/src/resources/resourceNames.ts";
import { THERE } from "../support/promote/provedIndex.ts";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import { bothFronts } from "./bothFronts.ts";
import { proved } from "./gateCases.ts";
import { secret, withoutSecrets } from "./nativeResource.ts";
import { refusalOf, textsOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int); INSERT INTO t VALUES (1)");
const folder = mkdtempSync(join(tmpdir(), "pgindex-fronts-"));
afterAll(() => rmSync(folder, { recursive: true }));
const { dynamic, native } = bothFronts(() => ({ DATABASE_URL: database().url }));

const SQL = "CREATE INDEX t_idx ON t (a);\n";
const INDEX = { table: "t", name: "t_idx", columns: ["a"] };
const indexes = [INDEX];
const verified = { schema: "public", ...INDEX, columns: undefined, definition: "d" };
const measured = { ...verified, builtAt: "2026-11-29", validSince: "2026-11-29" };
const byA = {
  name: "by a",
  sql: "SELECT * FROM t WHERE a = 1",
  runs: 1,
  expect: { usesIndex: false },
};
const statements = "ALTER TABLE t ADD b int";

/** What nothing was read of: a query that ran into its timeout before the build. */
const unread = { planType: null, index: null, rows: null, buffers: null, indexShare: null };
const before = [{ name: "by a", usesIndex: false, executionMs: null, timedOut: true, ...unread }];

/** Of a query that ran into its timeout, and where the role may not ask for the system identifier. */
function provedOfLittle() {
  const database = { ...THERE, systemIdentifier: null };
  const { recorded, found, queries, ...more } = proved();
  return {
    ...more,
    recorded: { ...recorded, database },
    found: { ...found, database },
    queries: [...queries, ...before],
  };
}

interface Row {
  /** Of which there are several of the type. */
  readonly title?: string;
  readonly type: ResourceName;
  readonly args: object;
  /** In place of some of the arguments: refused in preview. */
  readonly bad: object;
  readonly reason: RegExp;
  readonly changed: object;
  readonly unknown: object;
  /** What happens outside, and what a refresh then says. */
  readonly outside?: string;
  readonly told?: "delete" | RegExp;
  /** A table whose rows a destroy removes. */
  readonly marks?: string;
}

const ROWS: readonly Row[] = [
  {
    type: "Verification",
    args: { ...measured, served: [byA] },
    bad: { served: [{ name: "a", sql: "DELETE FROM t" }] },
    reason: /queries\[0\]\.sql is not a SELECT/,
    changed: { served: [{ ...byA, sql: "SELECT a FROM t" }] },
    unknown: { definition: UNKNOWN },
    outside: "DROP INDEX t_idx",
    told: /index public\.t_idx does not exist/,
  },
  {
    title: "Verification of an index that was found",
    type: "Verification",
    args: { ...measured, builtAt: null, before, served: [byA] },
    bad: { served: [{ name: "a", sql: "DELETE FROM t" }] },
    reason: /queries\[0\]\.sql is not a SELECT/,
    changed: { builtAt: "2026-11-29" },
    unknown: { builtAt: UNKNOWN },
    outside: "DROP INDEX t_idx",
    told: /index public\.t_idx does not exist/,
  },
  {
    type: "PromotionGate",
    args: { indexes, evidence: { "public.t_idx": proved() } },
    bad: { evidence: {} },
    reason: /has no such index: run pulumi up/,
    changed: { minimumScans: 2 },
    unknown: { evidence: UNKNOWN },
  },
  {
    title: "PromotionGate, whose evidence says little",
    type: "PromotionGate",
    args: { indexes, evidence: { "public.t_idx": provedOfLittle() } },
    bad: { evidence: {} },
    reason: /has no such index: run pulumi up/,
    changed: { minimumScans: 2 },
    unknown: { evidence: UNKNOWN },
  },
  {
    type: "Backup",
    args: { indexes, command: ["true"] },
    bad: { maximumAge: "soon" },
    reason: /maximumAge/,
    changed: { indexes: [{ ...INDEX, columns: [{ column: "a", order: "desc" }] }] },
    unknown: { command: UNKNOWN },
  },
  {
    type: "PrismaBaseline",
    args: { migration: "1_a", checksum: sha256(SQL), migrationsSchema: "public", indexes },
    bad: { migrationsShema: "x" },
    reason: /migrationsShema.*did you mean "migrationsSchema"/,
    changed: { migration: "1_b" },
    unknown: { migrationsSchema: UNKNOWN },
    outside: "DELETE FROM _prisma_migrations",
    told: "delete",
    marks: "_prisma_migrations",
  },
  {
    type: "DrizzleBaseline",
    args: { migration: "1_a", hash: sha256(SQL), createdAt: 1_795_370_622_000, indexes },
    bad: { hash: "9f86" },
    reason: /hash/,
    changed: { createdAt: 1_795_370_623_000 },
    unknown: { migrationsTable: UNKNOWN },
    outside: "DELETE FROM drizzle.__drizzle_migrations",
    told: "delete",
    marks: "drizzle.__drizzle_migrations",
  },
  {
    type: "NodePgMigrateBaseline",
    args: { migration: "1_a", earlier: [], migrationsSchema: "public", indexes },
    bad: { checkOrder: "no" },
    reason: /checkOrder/,
    changed: { migration: "1_b" },
    unknown: { migrationsTable: UNKNOWN },
    outside: "DELETE FROM pgmigrations",
    told: "delete",
    marks: "pgmigrations",
  },
];

beforeEach(async () => {
  await database().query("DROP INDEX IF EXISTS t_idx; CREATE INDEX t_idx ON t (a)");
  await database().query(
    "ALTER TABLE t DROP COLUMN IF EXISTS b; DROP SCHEMA IF EXISTS drizzle CASCADE",
  );
});

const TITLED = ROWS.map((row) => ({ ...row, title: row.title ?? row.type }));

describe.each([
  ["dynamic", dynamic],
  ["native", native],
] as const)("the %s provider", (_, make) => {
  test.each(TITLED)("$title: refused, made, the same, changed, drifted, gone", async (row) => {
    const { type, args, bad, reason, changed, unknown, outside, told, marks } = row;
    const it = make(type);
    expect(await refusalOf(it.preview({ ...args, ...bad }))).toMatch(reason);
    expect(await refusalOf(it.up({ ...args, ...bad }))).toMatch(reason);
    expect(it.state).toBeUndefined();
    expect((await it.preview({ ...args, ...unknown })).change).toBe("create");
    expect((await it.preview(args)).change).toBe("create");
    expect((await it.up(args)).change).toBe("create");
    expect(await it.preview(args)).toMatchObject({ change: "same", lines: [] });
    expect((await it.preview({ ...args, ...changed })).change).toBe("update");
    expect((await it.up({ ...args, ...changed })).change).toBe("update");
    expect((await it.up(args)).change).toBe("update");
    if (outside) {
      await database().query(outside);
      const refreshed = await it.refresh();
      if (told === "delete") expect(refreshed.change).toBe("delete");
      else expect(textsOf(refreshed)).toMatch(told ?? "");
      await it.up(args);
    }
    await it.destroy();
    if (marks) expect(await database().query(`SELECT FROM ${marks}`)).toEqual([]);
  });

  test.each(TITLED)("$title: nothing to do in a renamed stack, nor with an alias", async (row) => {
    const [old, renamed] = [make(row.type, "before"), make(row.type, "after")];
    await old.up(row.args);
    renamed.state = old.state;
    const same = { change: "same", lines: [] };
    expect(await renamed.preview(row.args)).toMatchObject(same);
    expect(await renamed.up(row.args)).toMatchObject(same);
    expect(await renamed.preview(row.args)).toMatchObject(same);
    expect((await renamed.up({ ...row.args, ...row.changed })).change).toBe("update");
    await renamed.destroy();
  });

  test("Verification: an expectation that is not met fails up, and is kept", async () => {
    const it = make("Verification");
    const served = [{ ...byA, expect: { planTypes: ["Index Only Scan"] } }];
    const strict = { ...measured, served, onFailedExpectation: "error" };
    expect(await refusalOf(it.up(strict))).toMatch(/expected Index Only Scan/);
    expect(it.outputs).toMatchObject({ ok: false });
    expect(await refusalOf(it.up(strict))).toMatch(/expected Index Only Scan/);
    await it.up({ ...measured, served: [byA] });
    expect(it.outputs).toMatchObject({ ok: true });
  });

  test("DrizzleStatements: shown in a preview, run once, and kept by a destroy", async () => {
    write("meta/_journal.json", JSON.stringify({ entries: [{ tag: "1_x", when: 1_000 }] }));
    write("1_x.sql", statements);
    const __read = { folder, names: [], declares: [], marks: false, isFirst: true };
    const args = { migration: "1_x", hash: sha256(statements), createdAt: 1_000, __read };
    const it = make("DrizzleStatements", "x");
    expect(textsOf(await it.preview(args))).toBe(`runs 1_x, in one transaction:\n  ${statements}`);
    expect(textsOf(await it.up(args))).toContain("has run 1_x");
    expect(await it.preview(args)).toMatchObject({ change: "same", lines: [] });
    expect((await it.refresh()).change).toBe("same");
    expect(JSON.stringify(it.state)).not.toContain("isFirst");
    await it.destroy();
    await database().query("SELECT b FROM t");
  });
});

test("a state moves from one front to the other and back", async () => {
  for (const { type, args, title } of TITLED) {
    const [old, young, back] = [dynamic(type), native(type), dynamic(type)];
    await old.up(args);
    young.state = old.state;
    const { __provider, __urn: _, ...kept } = old.outputs;
    // The dynamic provider, which is in each of its states, leaves; nothing else is done.
    expect(__provider, title).toBeDefined();
    expect(await young.preview(args), title).toMatchObject({ change: "update", lines: [] });
    expect(await young.up(args), title).toMatchObject({ change: "update", lines: [] });
    expect(young.outputs, title).toMatchObject(kept);
    expect((await young.preview(args)).change, title).toBe("same");
    back.state = young.state;
    expect((await back.up(args)).change, type).not.toBe("replace");
    await back.destroy();
  }
});

test("what is secret is stored as such, wherever it is repeated", async () => {
  const hidden = { ...INDEX, predicate: secret("a > 471100815") };
  const statement = `${proved().statement} WHERE (a > 471100815)`;
  const evidence = { "public.t_idx": { ...proved(), statement } };
  const gate = native("PromotionGate", "secret");
  await gate.up({ indexes: [hidden], evidence });
  const verification = native("Verification", "secret");
  await verification.up({ ...measured, definition: secret("471100815"), served: [byA] });
  for (const { state } of [gate, verification])
    expect(withoutSecrets(state)).not.toContain("471100815");
});

describe("a baseline in a language that cannot read the migration", () => {
  const migration = "20261122110000_x";
  test.each([
    ["PrismaBaseline", `${migration}/migration.sql`, "_prisma_migrations"],
    ["NodePgMigrateBaseline", `${migration}.sql`, "pgmigrations"],
    ["DrizzleBaseline", `${migration}/migration.sql`, "drizzle.__drizzle_migrations"],
  ] as const)("%s: the provider reads it", async (type, file, marks) => {
    const own = mkdtempSync(join(folder, type));
    write(file, SQL, own);
    const it = native(type);
    const misspelt = await refusalOf(it.preview({ migraton: migration, folder: own }));
    expect(misspelt).toMatch(/migraton.*did you mean "migration"/);
    const nowhere = await refusalOf(it.preview({ migration: "nowhere", folder: own }));
    expect(nowhere).toContain("nowhere");
    const args = { migration, folder: own };
    expect((await it.up(args)).change).toBe("create");
    expect(await database().query(`SELECT FROM ${marks}`)).toHaveLength(1);
    expect(await it.preview(args)).toMatchObject({ change: "same", lines: [] });
    await it.destroy();
    expect(await database().query(`SELECT FROM ${marks}`)).toEqual([]);
  });
});

function write(name: string, text: string, within = folder): void {
  mkdirSync(dirname(join(within, name)), { recursive: true });
  writeFileSync(join(within, name), text);
}
