import { afterAll } from "vitest";

const steps: (() => void)[] = [];

afterAll(() => {
  for (const step of steps.reverse()) step();
});

/**
 * To be done after the last test of the file. May be asked for within a test, where vitest ignores
 * its own `afterAll` without a word.
 */
export function atEnd(step: () => void): void {
  steps.push(step);
}
