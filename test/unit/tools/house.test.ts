// The rules of the house, on little trees that break them, one at a time.
import { describe, expect, test } from "vitest";
import { complaints } from "../../../tools/house/house.ts";
import { ROOMS } from "../../../tools/house/rooms.ts";

const PLAN = "engine/plan/plan.ts";

function complaintsOf(file: string, text: string): string[] {
  return complaints({ [file]: text });
}

describe("an engine file imports only its own room and earlier ones", () => {
  const LATER =
    `${PLAN}:1 imports ../build/ensure: ` +
    "a file of plan imports only its own room and earlier ones";

  test.each([
    'import { ensureIndex } from "../build/ensure";',
    'import type { Ensured } from "../build/ensure";',
    'import { type Ensured } from "../build/ensure";',
    'import "../build/ensure";',
    'export { ensureIndex } from "../build/ensure";',
    'export type { Ensured } from "../build/ensure";',
    'export * from "../build/ensure";',
    'import ensure = require("../build/ensure");',
    'const ensure = require("../build/ensure");',
    'const path = require.resolve("../build/ensure");',
    'const load = () => import("../build/ensure");',
    "const load = () => import(`../build/ensure`);",
    'type Ensured = import("../build/ensure").Ensured;',
    'type Ensure = typeof import("../build/ensure");',
  ])("%s", (text) => {
    expect(complaintsOf(PLAN, text)).toEqual([LATER]);
  });

  test("every room may import each earlier one, and none a later one", () => {
    const rooms = Object.keys(ROOMS);
    for (const [floor, room] of rooms.entries()) {
      const broken = rooms.filter(
        (other) => complaintsOf(`engine/${room}/a.ts`, `import "../${other}/b";`).length > 0,
      );
      expect(broken).toEqual(rooms.slice(floor + 1));
    }
  });

  test("and its own room, packages, and what a text only seems to import", () => {
    const text = [
      'import { step } from "./step";',
      'import pLimit from "p-limit";',
      'import { join } from "node:path";',
      '// import { ensureIndex } from "../build/ensure";',
      "const text = 'import \"../build/ensure\"';",
    ].join("\n");
    expect(complaintsOf(PLAN, text)).toEqual([]);
    expect(
      complaintsOf("engine/plan/steps/swap.ts", 'import "../plan"; import "../../text/sql";'),
    ).toEqual([]);
  });

  test.each(["../../provider/runtime", "../../../package.json", "../../health"])(
    "nothing outside of the engine: %s",
    (from) => {
      expect(complaintsOf(PLAN, `\nimport { a } from "${from}";`)).toEqual([
        `${PLAN}:2 imports ${from}: the engine imports nothing outside of it`,
      ]);
    },
  );

  test("nor what only a run knows", () => {
    expect(complaintsOf(PLAN, "const load = (name: string) => import(name);")).toEqual([
      `${PLAN}:1 imports what only a run knows: nobody can tell in which room that is`,
    ]);
  });

  test("outside of the engine everything may be imported", () => {
    const text = 'import { ensureIndex } from "../engine/build/ensure"; import "@pulumi/pulumi";';
    expect(complaintsOf("provider/indexProvider.ts", text)).toEqual([]);
  });
});

test.each(["@pulumi/pulumi", "@pulumi/pulumi/dynamic", "pulumi-pgindex/provider"])(
  "the engine knows nothing of Pulumi: %s",
  (from) => {
    for (const text of [`import type { Input } from "${from}";`, `require("${from}");`])
      expect(complaintsOf("engine/text/sql.ts", text)).toEqual([
        `engine/text/sql.ts:1 imports ${from}: the engine knows nothing of Pulumi`,
      ]);
  },
);

test.each(["engine/ensure.ts", "engine/cellar/ensure.ts"])("%s is in no room", (file) => {
  expect(complaintsOf(file, "")).toEqual([
    `${file} is in no room of the engine: see tools/house/rooms.ts`,
  ]);
});

describe("an advice is written in *Messages.ts", () => {
  test.each([
    'throw new PgIndexError({ what: "a", why: "b", fix: "c" });',
    "throw new PgIndexError({ ...cause });",
    "throw new UnsuitableServerError({ ...cause }, { cause: error });",
    "throw new LockedTableError({ ...cause });",
    'const ONE_SOURCE = { what: "a", why: "b", fix: "c" };',
    'const advice = () => ({ "what": "a", why, otherwise });',
    'noMigrationAdvice(folder, { why: "b", fix: "c" });',
  ])("%s", (text) => {
    for (const file of ["cli/health.ts", "engine/plan/plan.ts", "health.ts"])
      expect(complaintsOf(file, `\n${text}`)).toEqual([
        `${file}:2 writes an advice: those stand in *Messages.ts`,
      ]);
    expect(complaintsOf("cli/cliMessages.ts", text)).toEqual([]);
  });

  test.each([
    "throw new PgIndexError(poolerAdvice(), { cause: error });",
    'const step = { kind: "adopt", why: "it stands already" };',
    'const finding = { check: "disk", level: "ok", fix: "make room" };',
    "interface Advice { readonly what: string; readonly why: string }",
    "const { what, why } = advice;",
  ])("no advice: %s", (text) => {
    expect(complaintsOf("cli/health.ts", text)).toEqual([]);
  });
});

describe("a resource takes only types of the engine", () => {
  const FILE = "resources/connection.ts";

  test.each([
    'import { UNKNOWN } from "../engine/input/unknownValues";',
    'import { type DesiredIndex } from "../engine/input/unknownValues";',
    'export { UNKNOWN } from "../engine/input/unknownValues";',
    'const load = () => import("../engine/input/unknownValues");',
    'require("../engine/input/unknownValues");',
  ])("%s", (text) => {
    expect(complaintsOf(FILE, text)).toEqual([
      `${FILE}:1 imports ../engine/input/unknownValues: a resource takes only types of ` +
        "the engine (import type), since every program loads it",
    ]);
  });

  test.each([
    'import type { Expectation } from "../engine/verify/expectations";',
    'export type { Expectation } from "../engine/verify/expectations";',
    'import type expectations = require("../engine/verify/expectations");',
    'type Expectation = import("../engine/verify/expectations").Expectation;',
    'import { parts } from "./resourceParts"; import * as pulumi from "@pulumi/pulumi";',
  ])("right: %s", (text) => {
    expect(complaintsOf(FILE, text)).toEqual([]);
  });
});

test("a folder has at most 12 files", () => {
  const folder = (name: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}/f${i}.ts`, ""]));
  expect(complaints({ ...folder("engine/plan", 12), ...folder("engine/plan/steps", 12) })).toEqual(
    [],
  );
  expect(complaints(folder("report", 13))).toEqual([
    "report has 13 files: more than 12 are more than one room",
  ]);
  expect(complaints(folder("engine/plan", 13))).toEqual([
    "engine/plan has 13 files: more than 12 are more than one room",
  ]);
});

test("a file has at most 200 lines", () => {
  expect(complaintsOf(PLAN, "//\n".repeat(200))).toEqual([]);
  expect(complaintsOf(PLAN, "//\n".repeat(201))).toEqual([`${PLAN} has 201 lines: more than 200`]);
});

test("a fleet does without Pulumi but for its stacks, and without a queue but for its jobs", () => {
  const pulumi = 'import { LocalWorkspace } from "@pulumi/pulumi/automation";';
  const boss = 'const load = () => import("pg-boss");';
  expect(complaintsOf("fleet/work/stack/stackRun.ts", pulumi)).toEqual([]);
  expect(complaintsOf("fleet/queue/queue.ts", boss)).toEqual([]);
  expect(complaintsOf("fleet/work/worker.ts", pulumi)).toEqual([
    "fleet/work/worker.ts:1 imports @pulumi/pulumi/automation: in fleets, only fleet/work/stack/stackRun.ts does",
  ]);
  expect(complaintsOf("index.ts", boss)).toEqual([
    "index.ts:1 imports pg-boss: in fleets, only fleet/queue/queue.ts does",
  ]);
});
