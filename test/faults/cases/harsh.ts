import type { Fault } from "../fault.ts";

/** What needs a server of its own, or another program beside it: test/faults/harsh. */
export const HARSH: readonly Fault[] = [];
