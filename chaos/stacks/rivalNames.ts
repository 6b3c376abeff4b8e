import type { Declaration } from "./declarations.ts";

/** What the rival declares, and whose it is. */
export interface Wanted {
  readonly args: Declaration["args"];
  /** `project/stack` of the owner. */
  readonly owner: string;
}

/** One index in another definition than its owner's, and one in the owner's first. */
export const WANTED: readonly Wanted[] = [
  {
    args: { schema: "app", table: "customers", name: "customers_plain_idx", columns: ["amount"] },
    owner: "chaos/left",
  },
  {
    args: {
      schema: "app",
      table: "documents",
      name: "documents_gin_idx",
      columns: ["tags"],
      accessMethod: "gin",
    },
    owner: "chaos/right",
  },
];

export const RIVAL_NAMES: readonly string[] = WANTED.map(({ args }) => args.name);

/** Whether an `up` was refused the index, with the owner's name. */
export function isRefused({ args, owner }: Wanted, text: string): boolean {
  const index = `index app\\.${args.name} on app\\.${args.table}`;
  return new RegExp(`refused: ${index} belongs to another stack: ${owner}, `).test(text);
}
