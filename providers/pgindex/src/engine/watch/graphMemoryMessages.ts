/** What an hnsw build has, and needs for its whole graph; `part` of the table is in memory. */
export function outgrownText({
  has,
  needed,
  part,
}: {
  readonly has: string;
  readonly needed: string;
  readonly part: number;
}): string {
  return (
    `the graph no longer fits into maintenance_work_mem (${has}), which was full after ` +
    `${Math.round(part * 100)} % of the table; the rest takes many times as long. ` +
    `To build it in memory, set buildSettings: { maintenanceWorkMem: "${needed}" } ` +
    "(you may cancel this build for that)"
  );
}
