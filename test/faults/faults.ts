import { DEADLOCKS } from "./cases/deadlocks.ts";
import { DROPS } from "./cases/drops.ts";
import { HARSH } from "./cases/harsh.ts";
import { INTERRUPTIONS } from "./cases/interruptions.ts";
import { LEFTOVERS } from "./cases/leftovers.ts";
import { NAMES } from "./cases/names.ts";
import { NEIGHBOURS } from "./cases/neighbours.ts";
import { ORPHANS } from "./cases/orphans.ts";
import { PARTITIONS } from "./cases/partitions.ts";
import { REINDEX_FAULTS } from "./cases/reindex.ts";
import { SERVERS } from "./cases/servers.ts";
import { WAITING } from "./cases/waiting.ts";
import type { Fault } from "./fault.ts";

/** Every fault of a concurrent change of an index that is known here, by its number. */
export const FAULTS: readonly Fault[] = [
  ...WAITING,
  ...INTERRUPTIONS,
  ...DEADLOCKS,
  ...NEIGHBOURS,
  ...NAMES,
  ...ORPHANS,
  ...LEFTOVERS,
  ...PARTITIONS,
  ...DROPS,
  ...REINDEX_FAULTS,
  ...SERVERS,
  ...HARSH,
].sort((a, b) => a.number - b.number);

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
