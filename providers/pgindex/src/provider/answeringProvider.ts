import type { CheckResult, ResourceProvider } from "@pulumi/pulumi/dynamic";
import { CancelledError, PgIndexError } from "../engine/errors/advice";
import { unknownPaths } from "../engine/input/unknownValues";
import { printable } from "../engine/text/printable";
import type { EngineLog } from "./engineLog";
import { conceal, secretsOf, urnOf } from "./secrets";

/**
 * Wraps a provider so that its answers contain only printable text and wait until their log lines
 * have reached the display: the engine ends this process after the last answer of a preview.
 *
 * The SDK prints whatever a refresh or a destroy throws as `${error}: ${error.stack}` in the
 * stack's row, and the engine shows the message again in the resource's row. To show advice only
 * once, this shortens what the SDK prints to one line. Errors that are bugs keep their stack.
 */
export function answeringProvider(provider: ResourceProvider, log: EngineLog): ResourceProvider {
  const { check, diff, create, read, update, delete: remove } = provider;
  const answered =
    <Args extends unknown[], Answer>(call: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      const secrets = (await Promise.all(args.map(secretsOf))).flat();
      if (secrets.length > 0) for (const urn of args.map(urnOf)) log.conceal(urn, secrets);
      try {
        return await call(...args);
      } catch (error) {
        throw brief(error, secrets);
      } finally {
        await log.flush();
      }
    };
  return {
    ...provider,
    check:
      check &&
      answered(async (olds, news) => shown(await check(olds, news), await secretsOf(news))),
    diff: diff && answered(diff),
    create: answered(create),
    read: read && answered(read),
    update: update && answered(update),
    delete: remove && answered(remove),
  };
}

function shown(result: CheckResult, secrets: readonly string[]): CheckResult {
  const failures = result.failures?.map((failure) => ({
    ...failure,
    reason: printable(conceal(failure.reason, secrets)),
  }));
  const inputs = failures?.length ? withoutUnknown(result.inputs) : result.inputs;
  return { ...result, inputs, failures };
}

/**
 * Outside a preview (`pulumi up --skip-preview`) the engine takes no unknown value, and reports the
 * one that it finds in place of the failures. It uses no input of a refused resource.
 */
function withoutUnknown(inputs: object): object {
  const known = Object.entries(inputs).filter(([, value]) => unknownPaths(value).length === 0);
  return Object.fromEntries(known);
}

function brief(error: unknown, secrets: readonly string[]): unknown {
  if (!(error instanceof Error)) return error;
  error.message = printable(conceal(error.message, secrets));
  error.stack = printable(conceal(error.stack ?? "", secrets));
  // Of a resource that was made and is not as it should be.
  if ("reasons" in error && Array.isArray(error.reasons))
    error.reasons = error.reasons.map((reason) => conceal(String(reason), secrets));
  // The server's own error has a DETAIL, which can contain values of a row.
  error.cause = undefined;
  if (error instanceof PgIndexError || error instanceof CancelledError) {
    error.toString = () => "pgindex";
    error.stack = error.message.split("\n")[0];
  }
  return error;
}
