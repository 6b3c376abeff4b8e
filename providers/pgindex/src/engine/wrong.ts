/** The separator between what is wrong and what to do about it in a zod message. */
export const FIX = "\u0001";

export function wrong(message: string, fix: string): string {
  return `${message}${FIX}${fix}`;
}
