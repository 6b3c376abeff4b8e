/** Of an option that can be repeated. */
export function append(value: string, values: readonly string[] = []): string[] {
  return [...values, value];
}
