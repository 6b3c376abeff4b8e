// npm run sbom: the package's bill of materials as CycloneDX JSON: everything a user gets installed
// with it, by version, licence and hash. The same lock file gives the same text.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { excerpt, run, SetupError } from "./setup/command.mjs";
import { root } from "./setup/paths.mjs";

const WORKSPACE = "providers/pgindex";
const MANIFEST = join(WORKSPACE, "package.json");
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));

/**
 * Writes a project with nothing but the package, without development dependencies or optional
 * peers. In the repository itself, `npm sbom --omit=dev` omits packages that both need (pg,
 * commander), and fails because the root has no version.
 */
function writeProject(folder) {
  const manifest = { name: "root", version: "0.0.0", private: true, workspaces: [WORKSPACE] };
  const lock = read("package-lock.json");
  const used = Object.entries(lock.packages).filter(
    ([, { dev, devOptional }]) => !dev && !devOptional,
  );
  lock.packages = { ...Object.fromEntries(used), "": manifest };
  mkdirSync(join(folder, WORKSPACE), { recursive: true });
  writeFileSync(join(folder, MANIFEST), readFileSync(join(root, MANIFEST)));
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify(lock));
}

async function npmSbom(folder) {
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only"];
  const { code, output } = await run("npm", [...args, "--loglevel=error"], { cwd: folder });
  if (code !== 0) throw new SetupError(`npm sbom failed:\n${excerpt(output)}`);
  return JSON.parse(output);
}

/**
 * The bill without anything that differs from run to run, and with the package itself as its
 * subject.
 */
function billOf({ serialNumber: _, metadata, components, dependencies, ...rest }) {
  const { name, version } = read(MANIFEST);
  const ref = `${name}@${version}`;
  const { timestamp: __, ...lasting } = metadata;
  const purl = `pkg:npm/${ref}`;
  const own = components.find((component) => component.purl === purl);
  const others = components.filter((component) => component !== own);
  const rootRef = metadata.component["bom-ref"];
  return {
    ...rest,
    metadata: { ...lasting, component: { ...own, name } },
    components: others,
    dependencies: dependencies.filter((each) => each.ref !== rootRef),
  };
}

const folder = mkdtempSync(join(tmpdir(), "pgindex-sbom-"));
try {
  writeProject(folder);
  const bill = billOf(await npmSbom(folder));
  const [file] = process.argv.slice(2);
  const text = `${JSON.stringify(bill, null, 2)}\n`;
  if (file) writeFileSync(file, text);
  else process.stdout.write(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
