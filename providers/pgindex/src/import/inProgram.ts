import { PgIndexError } from "../engine/errors/advice";

/**
 * Reads files within a Pulumi program. Advice is thrown as Pulumi's `RunError`, which its CLI shows
 * once and without the stack of our own code; by its mark, since every import would load
 * `@pulumi/pulumi` for it otherwise.
 *
 * @see https://www.pulumi.com/docs/reference/pkg/nodejs/pulumi/pulumi/classes/RunError.html
 */
export function inProgram<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PgIndexError) Object.assign(error, { __pulumiRunError: true });
    throw error;
  }
}
