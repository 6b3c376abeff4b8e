// Lets a plain Node process run the provider's TypeScript, so that a test needs no build: node
// --import <this file>
import { registerHooks } from "node:module";
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
  // The package is CommonJS, but its sources are written as modules. Node keeps what it has stripped
  // of types beside its compiled code (NODE_COMPILE_CACHE).
  load: (url, context, next) =>
    next(url, url.startsWith(SOURCES) ? { ...context, format: "module-typescript" } : context),
});

// What is looked for from beside the package, which is CommonJS.
Object.assign(globalThis, { __filename: fileURLToPath(new URL("cli/main.ts", SOURCES)) });
