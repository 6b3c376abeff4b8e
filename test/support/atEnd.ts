const steps: (() => void)[] = [];

/**
 * To be done after the last test of the file. May be asked for within a test, where vitest ignores
 * its own `afterAll` without a word.
 */
export function atEnd(step: () => void): void {
  steps.push(step);
}

/** What the file that ends has asked for, the last first. */
export function takeSteps(): (() => void)[] {
  return steps.splice(0).reverse();
}
