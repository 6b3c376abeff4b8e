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
    for (const error of errors) console.log(`failed: no test's own: ${firstLine(error.message)}`);
    for (const module of modules) {
      const outside = outsideErrors(module);
      this.#count.failed += outside.length;
      for (const error of outside) {
        console.log(`failed: ${module.relativeModuleId}: ${firstLine(error.message)}`);
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        this.#count[result.state]++;
        const name = `${module.relativeModuleId} > ${test.fullName}`;
        if (result.state === "skipped") {
          console.log(`skipped: ${name}${result.note ? `: ${result.note}` : ""}`);
        }
        const problem = firstLine(result.errors?.[0]?.message);
        if (result.state === "failed") console.log(`failed: ${name}: ${problem}`);
        if (test.diagnostic()?.flaky) console.log(`passed on its second try: ${name}: ${problem}`);
      }
    }
  }
}

/** The first line that says something, cut where a value is printed whole. */
function firstLine(message = ""): string {
  return (message.split("\n").find((line) => line.trim() !== "") ?? "").slice(0, 300);
}

/** The first error of each file and suite that fails outside its tests. */
function outsideErrors(module: TestModule): SerializedError[] {
  const suites: TestSuite[] = [...module.children.allSuites()];
  return [module, ...suites].flatMap((part) => part.errors().slice(0, 1));
}
