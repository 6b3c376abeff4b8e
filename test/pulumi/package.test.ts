import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const modules = join(process.cwd(), "node_modules");
const source = join(modules, "pulumi-pgindex");
let project: string;

/** As a strict package manager lays it out: the package sees what it declares, and nothing else. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "pgindex-package-"));
  const store = join(project, "store", "node_modules");
  const installed = join(store, "pulumi-pgindex");
  for (const part of ["package.json", "dist"])
    cpSync(join(source, part), join(installed, part), { recursive: true });
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    mkdirSync(dirname(join(store, name)), { recursive: true });
    symlinkSync(join(modules, name), join(store, name));
  }
  mkdirSync(join(project, "node_modules"));
  symlinkSync(installed, join(project, "node_modules", "pulumi-pgindex"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test.for(["pulumi-pgindex", "pulumi-pgindex/provider"])(
  "%s loads with nothing but its declared dependencies",
  (name) => {
    const print = `console.log(Object.keys(require(${JSON.stringify(name)})).sort().join())`;
    const printed = execFileSync(process.execPath, ["-e", print], {
      cwd: project,
      encoding: "utf8",
    });
    expect(printed.trim().split(",")).toEqual(
      expect.arrayContaining(name.endsWith("provider") ? ["v1"] : ["Connection", "Index"]),
    );
  },
);

/** What `pulumi new typescript` wrote for years: CommonJS, and every declaration file checked. */
const OLD_TEMPLATE = {
  compilerOptions: {
    strict: true,
    outDir: "bin",
    target: "es2020",
    module: "commonjs",
    moduleResolution: "node",
    skipDefaultLibCheck: true,
    experimentalDecorators: true,
    noFallthroughCasesInSwitch: true,
    noImplicitReturns: true,
    forceConsistentCasingInFileNames: true,
    types: ["node"],
    typeRoots: [join(modules, "@types")],
  },
  files: ["index.ts"],
};

test("a program of the old template compiles", () => {
  symlinkSync(join(modules, "@pulumi"), join(project, "node_modules", "@pulumi"));
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(OLD_TEMPLATE));
  writeFileSync(
    join(project, "index.ts"),
    `import * as pgindex from "pulumi-pgindex";
     const connection = new pgindex.Connection("db", { waitFor: "1h" });
     const args: pgindex.IndexArgs = { table: "t", name: "i", columns: ["a"] };
     const index = new pgindex.Index("i", args);
     new pgindex.PromotionGate("g", { indexes: [args], override: "why" });
     export const definition = index.definition.apply((text) => text.length);
     void connection;`,
  );
  const tsc = join(modules, "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
  expect(stdout).toBe("");
});

test("a source map has the text that it leads to", () => {
  const map = JSON.parse(readFileSync(join(source, "dist", "cli", "main.js.map"), "utf8"));
  expect(map.sources).toEqual(["../../src/cli/main.ts"]);
  expect(map.sourcesContent).toEqual([readFileSync(join(source, "src/cli/main.ts"), "utf8")]);
});

test("a report without the packages that draw its plots says which to install, and Markdown needs none", () => {
  const store = join(project, "store", "node_modules");
  for (const name of ["@observablehq/plot", "linkedom"]) rmSync(join(store, name));
  writeFileSync(join(project, "state.json"), '{"deployment":{}}');
  const report = (...args: string[]) => {
    const command = join(store, "pulumi-pgindex", "dist", "cli", "main.js");
    const words = [command, "report", "--state", "state.json", "--no-live", ...args];
    return spawnSync(process.execPath, words, { cwd: project, encoding: "utf8" });
  };
  expect(report()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("fix: npm install --save-dev @observablehq/plot linkedom"),
  });
  expect(report("--format", "markdown")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("### Checklist: 0 of 8 done"),
  });
});

test("the live report without them is a 501 that says so, and the JSON needs none", () => {
  const program = `
    const { createMigrationHealth } = require("pulumi-pgindex/health");
    const token = "a token that is long enough";
    const databaseUrl = "postgresql://nobody@127.0.0.1:1/none";
    const health = createMigrationHealth({ state: { deployment: {} }, token, databaseUrl });
    const request = { method: "GET", authorization: "Bearer " + token };
    Promise.all([health.report.respond(request), health.respond(request)]).then((responses) =>
      console.log(JSON.stringify(responses.map(({ status, body }) => [status, body]))),
    );`;
  const options = { cwd: project, encoding: "utf8" } as const;
  const printed = execFileSync(process.execPath, ["-e", program], options);
  const [report, json] = JSON.parse(printed) as [number, string][];
  expect(report).toEqual([
    501,
    expect.stringContaining("npm install --save-dev @observablehq/plot"),
  ]);
  expect(json?.[0]).toBe(503);
});
