import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Replaces the declaration files of a build by one for each entry of the package: what a program's
 * compiler reads is then what the package exports, and no type of ours or of a library of ours can
 * keep it from compiling.
 */
export async function rollUpDeclarations(dist, entries) {
  const { rollup } = await import("rollup");
  const { dts } = await import("rollup-plugin-dts");
  const bundle = await rollup({
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.d.ts`)])),
    // A library's types stay its own.
    external: /^[^./]/,
    plugins: [dts()],
  });
  const { output } = await bundle.generate({
    entryFileNames: "[name].d.ts",
    chunkFileNames: "[name].d.ts",
  });
  for (const file of readdirSync(dist, { recursive: true }))
    if (file.endsWith(".d.ts")) rmSync(join(dist, file));
  for (const { fileName, code } of output) writeFileSync(join(dist, fileName), code);
}
