import {
  CommandError,
  ConcurrentUpdateError,
  type EngineEvent,
  LocalWorkspace,
  type Stack,
} from "@pulumi/pulumi/automation";
import { PgIndexError } from "../../../engine/errors/advice";
import { type Context, pause } from "../../../engine/operation/context";
import type { Session } from "../../../engine/session/session";
import { oneLine } from "../../../engine/text/printable";
import { serves } from "../../../status/declaredQueries";
import { readStackState } from "../../../status/stackState";
import type { Target } from "../../declare/targetSchema";
import type { Control } from "../../queue/controlDatabase";
import { indexKey, keepRecords, saveRecord } from "../../rollout/records";
import { isOfNobody, type ProcessOfHost } from "../processOfHost";
import { writeStackConfig } from "./stackConfig";
import { isAnybodyAtWork, lockOwner } from "./stackLock";
import { invalidText, lockedAdvice, stackFailedText } from "./stackMessages";

/** One target's stack. */
export interface StackRun {
  readonly control: Control;
  readonly fleet: string;
  readonly target: Target;
  readonly url: string;
  readonly settings: StackSettings;
  /** The folder of the program. */
  readonly program: string;
  /** In the target's database; holds its lock. */
  readonly session: Session;
  readonly ctx: Context;
}

interface StackSettings {
  readonly template?: string;
  readonly urlVariable: string;
  readonly refresh: boolean;
}

/** Runs `pulumi up` of the target's stack, which is created if it is not there. */
export async function runStack(run: StackRun): Promise<{ readonly buildSeconds: number }> {
  const { target, program, settings } = run;
  const { template } = settings;
  await writeStackConfig({ program, stack: target.name, template, config: target.config });
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName: target.name, workDir: program },
    // Of the process alone: it is in no argument, no configuration and no state.
    { envVars: { [settings.urlVariable]: run.url } },
  );
  const began = Date.now();
  await up(stack, run);
  return record(stack, run, began);
}

const POLL_MS = 1_000;
const LONGEST_WAIT_MS = 10 * 60_000;

/**
 * A killed worker leaves the stack locked, and perhaps a provider that still builds. The lock is taken
 * away only from a process of this machine that is dead, once nobody works in the database any more.
 */
async function up(stack: Stack, run: StackRun): Promise<void> {
  const deadline = Date.now() + LONGEST_WAIT_MS;
  for (;;) {
    const owner = await triedUp(stack, run);
    if (owner === "nobody") return;
    if (Date.now() > deadline) throw new PgIndexError(lockedAdvice(run.target.name, owner));
    run.ctx.status(`waits for the lock of the stack ${run.target.name}`);
    await pause(POLL_MS, run.ctx);
    if (!owner || !isOfNobody(owner) || (await isAnybodyAtWork(run.session))) continue;
    run.ctx.log("warning", `the lock of the stack ${run.target.name} was that of a dead process`);
    await stack.cancel();
  }
}

/** Who is in the way; undefined if the backend does not say who. */
async function triedUp(stack: Stack, run: StackRun): Promise<ProcessOfHost | undefined | "nobody"> {
  try {
    await upOnce(stack, run);
    return "nobody";
  } catch (error) {
    if (!(error instanceof ConcurrentUpdateError)) throw error;
    return lockOwner(error.message);
  }
}

async function upOnce(stack: Stack, { ctx, target, settings }: StackRun): Promise<void> {
  const diagnostics: string[] = [];
  try {
    await stack.up({
      refresh: settings.refresh,
      color: "never",
      signal: ctx.signal,
      onEvent: (event) => hear(event, ctx, diagnostics),
    });
  } catch (error) {
    if (error instanceof ConcurrentUpdateError || !(error instanceof CommandError)) throw error;
    throw new Error(stackFailedText(target.name, diagnostics), { cause: error });
  }
}

/** Progress of an index is an ephemeral line of its resource; its advice an error of several. */
function hear({ diagnosticEvent: said }: EngineEvent, ctx: Context, errors: string[]): void {
  if (!said) return;
  const text = oneLine(said.message.trim().replaceAll(/\s*\n\s*/g, "; "));
  if (said.ephemeral) ctx.status(text);
  else if (said.severity === "error") errors.push(text);
  else if (said.severity === "warning") ctx.log("warning", text);
}

/** Records what the stack's state has of each index, for the gate and the report. */
async function record(
  stack: Stack,
  { control, fleet, target }: StackRun,
  began: number,
): Promise<{ readonly buildSeconds: number }> {
  const exported = await stack.exportStack();
  const { indexes } = readStackState(exported);
  const queriesOf = serves(exported);
  for (const { urn, outputs } of indexes) {
    if (!outputs.valid) throw new Error(invalidText(indexKey(outputs)));
    const of = { fleet, target: target.name, serves: queriesOf.get(urn) ?? [] };
    await saveRecord(control.query, of, outputs);
  }
  const kept = indexes.map(({ outputs }) => indexKey(outputs));
  await keepRecords(control.query, { fleet, target: target.name }, kept);
  const built = indexes.filter(({ outputs }) => Date.parse(outputs.builtAt ?? "") >= began);
  return { buildSeconds: built.reduce((sum, { outputs }) => sum + (outputs.buildSeconds ?? 0), 0) };
}
