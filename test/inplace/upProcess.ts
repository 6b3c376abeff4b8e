// Runs one `up` and dies, by SIGKILL, right before a step: node <this file> <url> <Task as JSON>.
// Prints the steps that it came to.
import type { IndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import type { Args } from "../support/engine/engine.ts";
import { Stack } from "./stack.ts";

export interface Task {
  readonly base: Args;
  readonly args: Args;
  readonly previous?: IndexOutputs;
  /** How many steps it may do; without it, all of them. */
  readonly steps?: number;
}

const [url = "", task = "{}"] = process.argv.slice(2);
const { base, args, previous, steps }: Task = JSON.parse(task);
const stack = new Stack({ url }, base);
stack.outputs = previous;
let done = 0;
await stack.up(args, {
  beforeStep: async (step) => {
    if (done === steps) process.kill(process.pid, "SIGKILL");
    done += 1;
    const sql = "sqls" in step ? step.sqls.join("; ") : "sql" in step ? step.sql : "";
    process.stdout.write(`${step.kind}: ${sql}\n`);
  },
});
process.stdout.write("done\n");
