// Lets a plain Node process run the provider's TypeScript, so that a test needs no build: node
// --import <this file>
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";

const SOURCES = new URL("../../../providers/pgindex/src/", import.meta.url).href;

registerHooks({
  // The sources import each other as CommonJS does, without an extension.
  resolve: (specifier, context, next) => {
    const isOurs =
      context.parentURL?.startsWith(SOURCES) &&
      specifier.startsWith(".") &&
      !specifier.endsWith(".json");
    return next(isOurs ? `${specifier}.ts` : specifier, context);
  },
  load: (url, context, next) => {
    if (!url.startsWith(SOURCES)) return next(url, context);
    const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"));
    return { format: "module", source, shortCircuit: true };
  },
});

// What is looked for from beside the package, which is CommonJS.
Object.assign(globalThis, { __filename: fileURLToPath(new URL("cli/main.ts", SOURCES)) });
