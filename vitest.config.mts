import { defineConfig } from "vitest/config";

const server = { globalSetup: ["test/support/server/server.ts"] };
/**
 * For all projects, so that they run side by side: most tests wait for a server, a lock or a
 * process, not for the processor. A test may take as long as it takes on a machine with other work;
 * its limit is there for what would never end.
 *
 * In CI a test that fails gets a second try, and the sum names each that needed it: a race that one
 * run in ten loses is a fault to mend, and no reason to lose a day's work.
 *
 * To load the sources anew for each file took a quarter of the run. A file gives back what it has
 * stubbed, and has a database of its own.
 */
const beside = {
  maxWorkers: 3,
  testTimeout: 600_000,
  hookTimeout: 300_000,
  isolate: false,
  retry: process.env.CI ? 1 : 0,
  setupFiles: ["test/support/tearDown.ts"],
};

export default defineConfig({
  test: {
    reporters: ["default", "./test/support/summary.ts"],
    passWithNoTests: true,
    coverage: {
      include: ["providers/pgindex/src/engine/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 95, branches: 95 },
    },
    projects: [
      {
        test: {
          ...beside,
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          retry: 0,
          testTimeout: 300_000,
        },
      },
      {
        // Skipped where there is no Chromium.
        test: { ...beside, name: "browser", include: ["test/browser/**/*.test.ts"] },
      },
      {
        test: { ...beside, ...server, name: "database", include: ["test/database/**/*.test.ts"] },
      },
      {
        test: { ...beside, ...server, name: "corpus", include: ["test/corpus/**/*.test.ts"] },
      },
      {
        test: {
          ...beside,
          ...server,
          name: "inplace",
          include: ["test/inplace/**/*.test.ts"],
          testTimeout: 900_000,
        },
      },
      {
        test: {
          ...beside,
          ...server,
          name: "faults",
          include: ["test/faults/*.test.ts"],
          testTimeout: 900_000,
        },
      },
      {
        test: {
          ...beside,
          // Each file has a server of its own, which it treats badly.
          name: "harsh",
          include: ["test/faults/harsh/*.test.ts"],
          testTimeout: 900_000,
        },
      },
      {
        // The provider's own process, without a CLI and an engine around it.
        test: { ...beside, ...server, name: "provider", include: ["test/provider/**/*.test.ts"] },
      },
      {
        test: {
          ...beside,
          ...server,
          name: "pulumi",
          include: ["test/pulumi/**/*.test.ts"],
          testTimeout: 1_200_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
