import { memorySetting } from "../../declare/buildSettings";
import { renderBytes } from "../../text/render";

const WITHOUT: Readonly<Record<string, string>> = {
  hnsw: "what does not fit is built on disk, many times slower",
  ivfflat: "without, it is refused",
};

export function littleMemoryText(accessMethod: string, needs: number, has: number): string {
  return (
    `${accessMethod} takes about ${renderBytes(needs)} of memory while it is built, ` +
    `and maintenance_work_mem is ${renderBytes(has)}: ${WITHOUT[accessMethod]}; ` +
    `set buildSettings: { maintenanceWorkMem: "${memorySetting(needs * HEADROOM)}" }`
  );
}

/** The number of rows is an estimate. */
const HEADROOM = 1.2;
