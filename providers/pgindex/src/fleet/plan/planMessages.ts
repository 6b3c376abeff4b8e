import type { Advice } from "../../engine/errors/advice";
import type { Target } from "../declare/targetSchema";
import type { SeenTarget } from "./lookAtTargets";

/** Every message about what a fleet's plan cannot do. */

const MOST_SHOWN = 10;

function shown(names: readonly string[]): string {
  const more = names.length - MOST_SHOWN;
  return `${names.slice(0, MOST_SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

export function unplaceableAdvice(names: readonly string[]): Advice {
  return {
    what: `${names.length} targets are in no wave: ${shown(names)}`,
    why: "they would never be built, and nobody would notice",
    fix: "end the waves with one that takes the rest: { name: rest }",
  };
}

export function sameDatabaseText({ name, schema }: Target, database: string): string {
  const where = schema === undefined ? database : `${database}, schema ${schema}`;
  return (
    `is the same database as ${name} (${where}): remove one of them, or give each a schema of its ` +
    "own; if they are physical copies of one server, such as a restored snapshot, give each " +
    "target a server of its own name"
  );
}

export function schemaTwiceAdvice(index: number, target: string): Advice {
  return {
    what: `indexes[${index}] names a schema, and the target ${target} too`,
    why: "each target's tables are in its own schema, and two targets would build one index",
    fix: `leave schema out of indexes[${index}]: it is that of each target`,
    otherwise: "declare what all tenants share in a fleet of its own",
  };
}

/** `canWait`: all of them only did not answer. */
export function notStartedAdvice(targets: readonly SeenTarget[], canWait: boolean): Advice {
  const each = targets
    .slice(0, MOST_SHOWN)
    .map(({ target, problem }) => `${target.name}: ${problem}`);
  const more = targets.length - each.length;
  return {
    what: `${targets.length} targets cannot be built: ${each.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    why: "nothing has begun",
    fix: "run pgindex fleet plan for all of them, and correct them or take them out of the targets",
    ...(canWait && {
      otherwise: "start all the same, and let them fail in their turn: --allow-problems",
    }),
  };
}
