import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
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
