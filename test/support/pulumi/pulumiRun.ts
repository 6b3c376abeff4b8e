import type { EngineEvent, OpMap } from "@pulumi/pulumi/automation/index.js";

/** What one command did: what it printed, and the engine's events. */
export interface Run {
  readonly text: string;
  readonly events: readonly EngineEvent[];
  /** How many resources of each kind of change, providers left out. */
  readonly changes: OpMap;
}

/** A command that failed. */
export class RunError extends Error {
  readonly run: Run;
  constructor(run: Run) {
    super(run.text);
    this.run = run;
  }
}

/** The run of a command that has to fail. */
export async function failureOf(command: Promise<Run>): Promise<Run> {
  try {
    const { text } = await command;
    throw new Error(`this should have failed:\n${text}`);
  } catch (error) {
    if (error instanceof RunError) return error.run;
    throw error;
  }
}

export interface Line {
  readonly severity: string;
  readonly message: string;
  /** Replaced by the next one in the resource's row. */
  readonly ephemeral: boolean;
}

/** What was said in the row of one resource, in its order. */
export function linesOf(events: readonly EngineEvent[], resource: string): Line[] {
  return events
    .map(({ diagnosticEvent }) => diagnosticEvent)
    .filter((event) => event?.urn?.endsWith(`::${resource}`))
    .map((event) => ({
      severity: event?.severity ?? "",
      message: (event?.message ?? "").trimEnd(),
      ephemeral: event?.ephemeral ?? false,
    }));
}

/** The errors of each resource that has some, as one text. The stack itself has "update failed". */
export function errorsOfEach(run: Run): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const { diagnosticEvent } of run.events) {
    const { severity, urn, message } = diagnosticEvent ?? {};
    if (severity !== "error" || !urn || urn.includes(STACK)) continue;
    const name = urn.slice(urn.lastIndexOf("::") + 2);
    errors[name] = [errors[name] ?? [], message].flat().join("\n");
  }
  return errors;
}

/** Those of one resource. Fails when another one has errors too: one cause is one error. */
export function errorsOf(run: Run, resource: string): string {
  const { [resource]: errors = "", ...others } = errorsOfEach(run);
  if (Object.keys(others).length > 0) throw new Error(`other resources have errors:\n${run.text}`);
  return errors;
}

const STACK = "::pulumi:pulumi:Stack::";
