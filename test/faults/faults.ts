import { HARSH } from "./cases/harsh.ts";
import { NEIGHBOURS } from "./cases/neighbours.ts";
import { WAITING } from "./cases/waiting.ts";
import type { Fault } from "./fault.ts";

/** Every fault of a concurrent change of an index that is known here, by its number. */
export const FAULTS: readonly Fault[] = [...WAITING, ...NEIGHBOURS, ...HARSH].sort(
  (a, b) => a.number - b.number,
);

/** How many there are. */
export const LAST_FAULT = 62;

/** The name of a fault's own test. */
export function titleOf({ number, fault }: Pick<Fault, "number" | "fault">): string {
  return `${number}: ${fault}`;
}

/** `test/…/file.ts: its title` in two. */
export function splitTest(test: string): { readonly file: string; readonly title: string } {
  const [file = "", ...title] = test.split(": ");
  return { file, title: title.join(": ") };
}
