import { writeSync } from "node:fs";
import type { SerializedError } from "vitest";
import type { Reporter, TestModule, TestSuite } from "vitest/node";

/**
 * Makes `N passed, N failed, N skipped` the last line of the run. A file or suite that fails
 * outside its tests, and an error that belongs to no test, count as one failure each.
 */
export default class Summary implements Reporter {
  readonly #count = { passed: 0, failed: 0, skipped: 0, pending: 0 };

  onInit(): void {
    // Whatever vitest or a global tear-down still prints comes before this.
    process.once("exit", (code) => {
      const { passed, skipped, pending } = this.#count;
      // A test that never got a result was cut off.
      let failed = this.#count.failed + pending;
      // Such as a server that did not start: no test ran.
      if (code !== 0 && failed === 0) failed = 1;
      if (failed > 0) process.exitCode ||= 1;
      writeSync(1, `${passed} passed, ${failed} failed, ${skipped} skipped\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.#count.failed += errors.length;
    for (const module of modules) {
      this.#count.failed += outsideErrors(module);
      for (const test of module.children.allTests()) {
        const result = test.result();
        this.#count[result.state]++;
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (result.state === "skipped") {
          console.log(`skipped: ${name}${result.note ? `: ${result.note}` : ""}`);
        }
        if (test.diagnostic()?.flaky) {
          console.log(`passed on its second try: ${name}: ${result.errors?.[0]?.message}`);
        }
      }
    }
  }
}

function outsideErrors(module: TestModule): number {
  const suites: TestSuite[] = [...module.children.allSuites()];
  return [module, ...suites].filter((part) => part.errors().length > 0).length;
}
