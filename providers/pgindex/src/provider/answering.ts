import { PgIndexError } from "../engine/errors/advice";
import { unknownPaths } from "../engine/input/unknownValues";
import { printable } from "../engine/text/printable";
import {
  type Call,
  type Checked,
  type CheckFailure,
  type Handler,
  secretOutputs,
  UnfinishedError,
} from "./contract";
import type { EngineLog } from "./engineLog";
import { conceal, isClear, secretsOf } from "./secrets";
import { newerStateAdvice } from "./stateMessages";

/**
 * Wraps a handler so that its answers contain only printable text and no secret, and wait until
 * their log lines have reached the display: the engine ends this process after the last answer of a
 * preview.
 */
export function answering(handler: Handler, log: EngineLog): Handler {
  const answered = async <Answer>(
    call: Call,
    { olds, news }: { readonly olds?: object; readonly news?: object },
    work: () => Promise<Answer>,
    shown = (answer: Answer, _secrets: readonly string[]) => answer,
  ): Promise<Answer> => {
    const { secret = [], formerSecret = [] } = call;
    // What is a secret now may stand in the state in clear, from before.
    const former = await secretsOf(olds, [...formerSecret, ...secret]);
    const secrets = [...former, ...(await secretsOf(news, secret))];
    if (secrets.length > 0) log.conceal(call.urn, secrets);
    try {
      refuseNewer(olds);
      return shown(await work(), secrets);
    } catch (error) {
      throw concealed(error, secrets);
    } finally {
      await log.flush();
    }
  };
  const { show } = handler;
  return {
    repeats: handler.repeats,
    given: handler.given,
    check: (call, olds, news) =>
      answered(call, { olds, news }, () => handler.check(call, olds, news), shownChecked),
    ...(show && {
      show: (call: Call, olds: object, inputs: object) =>
        answered(call, { olds, news: inputs }, () => show(call, olds, inputs), shownFailures),
    }),
    diff: (call, olds, news) =>
      answered(call, { olds, news }, async () => {
        const difference = await handler.diff(call, olds, news);
        // Pulumi keeps the outputs of what does not change, as they are.
        const isBare = isClear(olds, secretOutputs(handler, call.secret), call.concealed);
        return isBare ? { ...difference, changes: true } : difference;
      }),
    create: (call, news) => answered(call, { news }, () => handler.create(call, news)),
    update: (call, olds, news) =>
      answered(call, { olds, news }, () => handler.update(call, olds, news)),
    read: (call, id, olds) => answered(call, { olds }, () => handler.read(call, id, olds)),
    delete: (call, olds) => answered(call, { olds }, () => handler.delete(call, olds)),
  };
}

/** The layout of what any resource keeps. A newer release reads every older one. */
const STATE_LAYOUT = 1;

function refuseNewer(olds: { readonly schemaVersion?: unknown } = {}): void {
  const { schemaVersion } = olds;
  if (typeof schemaVersion === "number" && schemaVersion > STATE_LAYOUT)
    throw new PgIndexError(newerStateAdvice(schemaVersion, STATE_LAYOUT));
}

function shownChecked(checked: Checked, secrets: readonly string[]): Checked {
  const failures = shownFailures(checked.failures ?? [], secrets);
  return failures.length > 0 ? { inputs: withoutUnknown(checked.inputs), failures } : checked;
}

function shownFailures(
  failures: readonly CheckFailure[],
  secrets: readonly string[],
): readonly CheckFailure[] {
  const shown = (text: string) => printable(conceal(text, secrets));
  return failures.map(({ path, reason }) => ({ path: shown(path), reason: shown(reason) }));
}

/**
 * Outside a preview (`pulumi up --skip-preview`) the engine takes no unknown value, and reports the
 * one that it finds in place of the failures. It uses no input of a refused resource.
 */
function withoutUnknown(inputs: object): object {
  const known = Object.entries(inputs).filter(([, value]) => unknownPaths(value).length === 0);
  return Object.fromEntries(known);
}

function concealed(error: unknown, secrets: readonly string[]): unknown {
  const shown = (text: string) => printable(conceal(text, secrets));
  if (error instanceof UnfinishedError)
    return new UnfinishedError(shown(error.message), error.made, error.reasons.map(shown));
  if (!(error instanceof Error)) return error;
  error.message = shown(error.message);
  error.stack = shown(error.stack ?? "");
  // The server's own error has a DETAIL, which can contain values of a row.
  error.cause = undefined;
  return error;
}
