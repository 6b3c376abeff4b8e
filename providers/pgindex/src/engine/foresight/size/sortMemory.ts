import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Hazard } from "../../hazards/hazard";
import { renderBytes } from "../../text/render";
import { littleMemory } from "./memoryMessages";

/** What memory means to the build of a method. In bytes. */
interface Memory {
  /** With how much it is built without the harm. */
  enough(size: number): number;
  isFarBelow(has: number, size: number): boolean;
  readonly harm: string;
}

/** MERGE_BUFFER_SIZE and twice TAPE_BUFFER_OVERHEAD, MINORDER, MAXORDER (utils/sort/tuplesort.c). */
const RUN_BYTES = 34 * 8192;
const LEAST_RUNS = 6;
const MOST_RUNS = 500;

/** How many sorted runs are merged at once. */
function runsIn(memory: number): number {
  return Math.min(MOST_RUNS, Math.max(LEAST_RUNS, Math.floor(memory / RUN_BYTES)));
}

/** With less than this share of its size, GIN writes the same pages over and over. */
const GIN_SHARE = 8;

const METHODS: Readonly<Record<string, Memory>> = {
  btree: {
    // Each run is as large as the memory.
    enough: (size) => Math.max(Math.sqrt(size * RUN_BYTES), size / MOST_RUNS),
    isFarBelow: (has, size) => size > has * runsIn(has),
    harm: "its sort needs more than one merge pass, and each reads and writes everything again",
  },
  gin: {
    enough: (size) => size / GIN_SHARE,
    isFarBelow: (has, size) => size > has * GIN_SHARE,
    harm: "it inserts in small lots, and writes the same pages again and again",
  },
};

/** Whether `maintenance_work_mem` is far below what a build takes, and how much would do. */
export function foreseeSortMemory(
  { accessMethod, ...index }: IndexDefinition,
  size: number | undefined,
  has: number,
): Hazard[] {
  const memory = METHODS[accessMethod];
  if (size === undefined || !memory?.isFarBelow(has, size)) return [];
  const message =
    `about ${renderBytes(size)} are built with ${renderBytes(has)} of maintenance_work_mem: ` +
    memory.harm;
  return [littleMemory(index, message, memory.enough(size))];
}
