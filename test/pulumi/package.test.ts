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
import { execa } from "execa";
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
  symlinkSync(join(modules, "@pulumi"), join(project, "node_modules", "@pulumi"));
  writeFileSync(join(project, "index.ts"), PROGRAM);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test.for(["pulumi-pgindex", "pulumi-pgindex/native", "pulumi-pgindex/provider"])(
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

test("a provider process loads one file of ours, whose stack leads to the sources", () => {
  const print = `require("pulumi-pgindex/provider");
    const own = Object.keys(require.cache).filter((file) => file.includes("/pulumi-pgindex/dist/"));
    const map = JSON.parse(require("fs").readFileSync(own[0] + ".map", "utf8"));
    const { sources, sourcesContent } = map;
    const at = sources.findIndex((source) => source.endsWith("src/engine/build/ensure.ts"));
    console.log(JSON.stringify({ own, text: sourcesContent[at] }));`;
  const printed = execFileSync(process.execPath, ["-e", print], { cwd: project, encoding: "utf8" });
  const { own, text } = JSON.parse(printed) as { own: string[]; text: string };
  expect(own).toEqual([expect.stringMatching(/pulumi-pgindex\/dist\/provider\.js$/)]);
  expect(text).toContain("export async function ensureIndex(");
});

/** What `pulumi new typescript` wrote, by year; every declaration file is checked. */
const TEMPLATES = {
  2024: { target: "es2020", module: "commonjs", moduleResolution: "node" },
  2025: { target: "es2020", module: "nodenext", moduleResolution: "nodenext" },
  2026: {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    esModuleInterop: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
  },
};

const PROGRAM = `
import * as pgindex from "pulumi-pgindex";
import { createMigrationHealth, migrationHealthSchema } from "pulumi-pgindex/health";
const connection = new pgindex.Connection("db", { waitFor: "1h" });
const args: pgindex.IndexArgs = { table: "t", name: "i", columns: ["a"] };
const index = new pgindex.Index("i", args);
new pgindex.PromotionGate("g", { indexes: [args], override: "why" });
export const definition = index.definition.apply((text) => text.length);
export const health = createMigrationHealth({ state: "state.json", token: "t" });
export const indexes: string[] = migrationHealthSchema.parse({}).indexes.map(({ name }) => name);
void connection;`;

const COMPILERS = [
  [2024, "typescript-5.0"],
  [2024, "typescript"],
  [2025, "typescript"],
  [2025, "typescript-6"],
  [2026, "typescript-7"],
] as const;

// Side by side. What is not checked is TypeScript's own library, which no declaration of ours changes.
test.concurrent.for(COMPILERS)(
  "a program of the template of %i compiles with %s",
  async ([year, compiler]) => {
    const options = {
      ...TEMPLATES[year],
      strict: true,
      skipDefaultLibCheck: true,
      noEmit: true,
      noImplicitReturns: true,
      noFallthroughCasesInSwitch: true,
      forceConsistentCasingInFileNames: true,
      types: ["node"],
      typeRoots: [join(modules, "@types")],
    };
    const config = join(project, `tsconfig.${year}.${compiler}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions: options, files: ["index.ts"] }));
    const tsc = join(modules, compiler, "bin", "tsc");
    const { stdout } = await execa(process.execPath, [tsc, "-p", config], { reject: false });
    // TypeScript 5.0 does not understand the declarations of today's Node.
    const ours = stdout.split("\n").filter((line) => !line.includes("node_modules/@types/"));
    expect(ours.filter(Boolean)).toEqual([]);
  },
);

test("publint and attw find nothing wrong with the package", () => {
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", project];
  const packed = execFileSync("npm", [...pack, source], { encoding: "utf8" }).trim();
  const tarball = join(project, packed);
  const run = (program: string, ...args: string[]) =>
    spawnSync(join(modules, ".bin", program), args, { cwd: project, encoding: "utf8" });
  const publint = run("publint", "run", tarball, "--strict");
  expect(publint, publint.stdout).toMatchObject({ status: 0 });
  const attw = run("attw", tarball, "--no-color");
  expect(attw, attw.stdout).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("No problems found"),
  });
});

test("a source map has the text that it leads to", () => {
  const map = JSON.parse(readFileSync(join(source, "dist", "cli", "main.js.map"), "utf8"));
  expect(map.sources).toEqual(["../../src/cli/main.ts"]);
  expect(map.sourcesContent).toEqual([readFileSync(join(source, "src/cli/main.ts"), "utf8")]);
});

test("a report needs nothing but the declared dependencies, as a page and as Markdown", () => {
  writeFileSync(join(project, "state.json"), '{"deployment":{}}');
  const report = (...args: string[]) => {
    const command = join(project, "node_modules", "pulumi-pgindex", "dist", "cli", "main.js");
    const words = [command, "report", "--state", "state.json", "--no-live", ...args];
    return execFileSync(process.execPath, words, { cwd: project, encoding: "utf8" });
  };
  expect(report()).toBe("pgindex-report.html\n");
  const page = readFileSync(join(project, "pgindex-report.html"), "utf8");
  expect(page).toContain("Checklist: 0 of 8 done");
  expect(report("--format", "markdown")).toContain("### Checklist: 0 of 8 done");
});
