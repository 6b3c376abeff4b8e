import { defineConfig } from "vitest/config";

/** The tests of the mutated files: pure ones, and those of execute, which need a server. */
export default defineConfig({
  test: {
    include: ["test/unit/**/*.test.ts", "test/database/execute*.test.ts"],
    exclude: ["test/unit/import/**"],
    globalSetup: ["test/support/server/server.ts"],
    env: { TEST_DATABASE: "embedded" },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
