import { PgIndexError } from "../../engine/errors/advice";
import { databaseLabel } from "../../engine/session/databaseIdentity";
import type { FleetFile } from "../declare/fleetFile";
import { declaredInputs } from "../declare/fleetIndex";
import type { Target } from "../declare/targetSchema";
import { readTargets } from "../declare/targets";
import { openingAt } from "../declare/windows";
import type { Records } from "../rollout/records";
import { lookAtTargets, type SeenTarget } from "./lookAtTargets";
import { placeOf } from "./place";
import { sameDatabaseText, schemaTwiceAdvice, unplaceableAdvice } from "./planMessages";
import { assignWaves } from "./waves";

/** How a fleet gets its indexes: by the engine alone, or by a stack for each database. */
export type Mode = "engine" | "stack";

/** A target in its wave. */
export interface PlannedTarget extends SeenTarget {
  readonly wave: number;
}

/** What a start would do, in order of the waves. */
export interface FleetPlan {
  readonly fleet: string;
  readonly mode: Mode;
  /** The statements' arguments as written. */
  readonly indexes: readonly unknown[];
  readonly waves: readonly { readonly name: string; readonly targets: readonly PlannedTarget[] }[];
  /** When the first build may begin, ISO 8601; null if at once. */
  readonly opensAt: string | null;
}

export interface Planning {
  readonly file: FleetFile;
  readonly mode: Mode;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly records: Records;
}

/** Reads the targets and looks at all of them. Throws {@link PgIndexError} for bad input. */
export async function planFleet({ file, mode, env, records }: Planning): Promise<FleetPlan> {
  const { fleet } = file;
  const targets = await readTargets(file, env);
  const { waves, left } = assignWaves(targets, fleet.waves);
  if (left.length > 0) throw new PgIndexError(unplaceableAdvice(left));
  const indexes = mode === "engine" ? file.indexes : [];
  refuseTwoSchemas(indexes, targets);
  const seen = withoutTwins(await lookAtTargets(targets, { fleet, indexes, env, records }));
  const byName = new Map(seen.map((each) => [each.target.name, each]));
  const opening = openingAt(fleet.windows, new Date());
  return {
    fleet: fleet.name,
    mode,
    indexes,
    waves: waves.map(({ name, targets: names }, wave) => ({
      name,
      targets: names.flatMap((each) => ({ ...(byName.get(each) as SeenTarget), wave })),
    })),
    opensAt: opening.isOpen ? null : (opening.from?.toISOString() ?? null),
  };
}

/** Where a target names its schema, its tables are there. */
function refuseTwoSchemas(indexes: readonly unknown[], targets: readonly Target[]): void {
  const target = targets.find(({ schema }) => schema !== undefined);
  const written = indexes.findIndex((raw) => declaredInputs(raw).schema !== undefined);
  if (target && written >= 0) throw new PgIndexError(schemaTwiceAdvice(written, target.name));
}

/**
 * Two targets can be one database under two URLs. A physical copy of a server has its identifiers, so
 * what the targets call their servers counts too.
 */
function withoutTwins(seen: readonly SeenTarget[]): SeenTarget[] {
  const first = new Map<string, SeenTarget>();
  return seen.map((each) => {
    const { identity, target } = each;
    if (!identity) return each;
    const key = JSON.stringify([target.server ?? null, placeOf(identity, target)]);
    const twin = first.get(key);
    if (!twin) first.set(key, each);
    return twin
      ? { ...each, problem: sameDatabaseText(twin.target, databaseLabel(identity)) }
      : each;
  });
}

/** The targets with a problem, of all waves. */
export function problemsOf({ waves }: FleetPlan): PlannedTarget[] {
  return waves.flatMap(({ targets }) => targets).filter(({ problem }) => problem !== undefined);
}
