import { z } from "zod";
import type { Io } from "../commandIo";

/** Writes the JSON Schema of what a command prints. */
export function writeSchema(schema: z.ZodType, io: Io): void {
  io.stdout(`${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`);
}
