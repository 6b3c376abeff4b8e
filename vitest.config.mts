import { defineConfig } from "vitest/config";

const server = { globalSetup: ["test/support/server.ts"] };

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
        test: { name: "unit", include: ["test/unit/**/*.test.ts"] },
      },
      {
        test: {
          // Skipped where there is no Chromium.
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "database",
          include: ["test/database/**/*.test.ts"],
          ...server,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: "corpus",
          include: ["test/corpus/**/*.test.ts"],
          ...server,
          testTimeout: 60_000,
          hookTimeout: 30_000,
          // They wait for the server most of the time.
          maxWorkers: 4,
        },
      },
      {
        test: {
          name: "inplace",
          include: ["test/inplace/**/*.test.ts"],
          ...server,
          testTimeout: 120_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "faults",
          include: ["test/faults/*.test.ts"],
          ...server,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          // Each file has a server of its own, which it treats badly.
          name: "harsh",
          include: ["test/faults/harsh/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          // The provider's own process, without a CLI and an engine around it.
          name: "provider",
          include: ["test/provider/**/*.test.ts"],
          ...server,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "pulumi",
          include: ["test/pulumi/**/*.test.ts"],
          ...server,
          testTimeout: 300_000,
          hookTimeout: 120_000,
          // Each test starts an engine, a language host and providers: more at once only wait for each other.
          maxWorkers: 2,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
