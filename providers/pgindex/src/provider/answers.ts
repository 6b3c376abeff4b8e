import type { ResourceProvider } from "@pulumi/pulumi/dynamic";
import { CancelledError, PgIndexError } from "../engine/problems";
import type { EngineLog } from "./engineLog";

/**
 * Answers Pulumi's calls only once their lines have reached the display: after the last answer of a preview the engine ends this process.
 *
 * The SDK prints whatever a refresh or a destroy throws, as `${error}: ${error.stack}`, in the row of the whole stack, and the engine shows the
 * message in the resource's own. Advice is read once: what the SDK prints becomes one line. Errors that are bugs keep their stack.
 */
export function answering(provider: ResourceProvider, log: EngineLog): ResourceProvider {
  const { check, diff, create, read, update, delete: remove } = provider;
  const answered =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      try {
        return await call(...args);
      } catch (error) {
        throw brief(error);
      } finally {
        await log.flush();
      }
    };
  return {
    ...provider,
    check: check && answered(check),
    diff: diff && answered(diff),
    create: answered(create),
    read: read && answered(read),
    update: update && answered(update),
    delete: remove && answered(remove),
  };
}

function brief(error: unknown): unknown {
  if (error instanceof PgIndexError || error instanceof CancelledError) {
    error.toString = () => "pgindex";
    error.stack = error.message.split("\n")[0];
  }
  return error;
}
