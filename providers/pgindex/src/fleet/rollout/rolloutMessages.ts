import type { Advice } from "../../engine/errors/advice";
import type { Rollout } from "./rollout";

/** Every message about a rollout as a whole. */

export function haltedText(wave: string, failed: number): string {
  const [it, they] = failed === 1 ? ["target has", "it"] : ["targets have", "them"];
  return (
    `${failed} ${it} failed in wave ${wave}: mend ${they} and run pgindex fleet retry, or leave ` +
    `${they} out with pgindex fleet resume --leave-failed`
  );
}

export function runningAdvice({ fleet, state }: Pick<Rollout, "fleet" | "state">): Advice {
  return {
    what: `a rollout of the fleet ${fleet} is ${state} already`,
    why: "two rollouts of the same indexes would undo each other's work",
    fix: "let it end: pgindex fleet status",
    otherwise: "stop it, after which builds that run are finished: pgindex fleet stop",
  };
}

export function otherFleetAdvice(fleet: string, targets: readonly string[]): Advice {
  return {
    what: `a rollout of the fleet ${fleet} works on ${targets.length} of these databases: ${targets.slice(0, 10).join(", ")}`,
    why: "two fleets with different declarations for one database would undo each other's work",
    fix: `let it end, or stop it: pgindex fleet stop with the file of ${fleet}`,
  };
}

export function noRolloutAdvice(fleet: string): Advice {
  return {
    what: `the fleet ${fleet} has no rollout`,
    why: "none has been started in this control database",
    fix: "start one: pgindex fleet start",
    otherwise: "name the control database of the one that you mean: --queue-url-env NAME",
  };
}

export function wrongStateAdvice(
  { fleet, state }: Pick<Rollout, "fleet" | "state">,
  wanted: string,
): Advice {
  const fixes = {
    halted:
      "mend what failed and run pgindex fleet retry, or leave it out: pgindex fleet resume --leave-failed",
    running: "let it run: pgindex fleet status",
    paused: "let it go on: pgindex fleet resume",
    stopped: "start another one: pgindex fleet start",
    done: "start another one: pgindex fleet start",
  };
  return {
    what: `the rollout of the fleet ${fleet} is ${state}`,
    why: `only one that is ${wanted} can be asked for that`,
    fix: fixes[state],
  };
}

export function nothingToRetryAdvice(fleet: string, names: readonly string[]): Advice {
  return {
    what:
      names.length > 0 ? `no such target has ended: ${names.join(", ")}` : "no target has failed",
    why: `the last rollout of the fleet ${fleet} has ${names.length > 0 ? "nothing to do again there" : "nothing to retry"}`,
    fix: "see pgindex fleet status for what has failed, and name those",
  };
}

export function otherReleaseAdvice(theirs: string, ours: string): Advice {
  return {
    what: `the rollout was started by pulumi-pgindex ${theirs}, and this is ${ours}`,
    why: "another release may build an index otherwise than those that are built already",
    fix: `run workers of release ${theirs}`,
    otherwise: `let it go on with this one: pgindex fleet pause, then pgindex fleet resume with ${ours}`,
  };
}
