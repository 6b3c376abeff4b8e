import { join } from "node:path";

/**
 * What a provider process loads of ours: a file for each of the two, since to find and read five
 * hundred takes longer than to run them. Libraries stay their own, and no program loads these files.
 */
const PROVIDERS = ["provider", "nativeProvider"];

/** Replaces the providers of a build by bundles of all that they import of ours. */
export async function bundleProviders(folder, dist) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: folder,
    entryPoints: PROVIDERS.map((name) => join(folder, "src", `${name}.ts`)),
    outdir: dist,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "cjs",
    keepNames: true,
    sourcemap: true,
    logLevel: "warning",
  });
}
