import { memorySetting } from "../../declare/buildSettings";
import type { IndexDefinition } from "../../declare/desiredIndex";
import { type Hazard, hazard } from "../../hazards/hazard";
import { displayName, renderBytes } from "../../text/render";

/** The number of rows is an estimate, and so is a size. */
const HEADROOM = 1.2;

type Named = Pick<IndexDefinition, "schema" | "name">;

/** `needs`: bytes of memory with which the build goes well. */
export function littleMemory(index: Named, message: string, needs: number): Hazard {
  return hazard("little-memory", {
    object: displayName(index),
    message,
    fix: `set buildSettings: { maintenanceWorkMem: "${memorySetting(needs * HEADROOM)}" }`,
  });
}

const WITHOUT: Readonly<Record<string, string>> = {
  hnsw: "what does not fit is built on disk, many times slower",
  ivfflat: "without, it is refused",
};

/** Of an index of vectors. */
export function littleGraphMemory(
  { accessMethod, ...index }: IndexDefinition,
  needs: number,
  has: number,
): Hazard {
  const message =
    `${accessMethod} takes about ${renderBytes(needs)} of memory while it is built, ` +
    `and maintenance_work_mem is ${renderBytes(has)}: ${WITHOUT[accessMethod]}`;
  return littleMemory(index, message, needs);
}
