import { isDropNameOf, isReindexLeftoverName } from "../declare/names";
import { type Step, sqlsOf } from "../plan/step";
import type { Situation } from "../situation/situation";

/** An index that this run has begun to build, or to build anew. */
export interface OwnBuild {
  readonly name: string;
  readonly isNew: boolean;
}

/** What of a step a later look is held to. Plain JSON: a plan's file keeps it. */
export interface SeenStep {
  readonly kind: Step["kind"];
  readonly why: string;
  readonly sql: readonly string[];
  /** The OIDs of the indexes that are gone after it. */
  readonly drops: readonly number[];
  /** It works on a partition of the declared table. */
  readonly onPartition: boolean;
}

/** Something that a later look would do, and the first one would not have. */
export type Surprise =
  | { readonly kind: "step"; readonly step: SeenStep }
  /** Another resource of the stack has made or taken the index in between. */
  | { readonly kind: "taken" };

/**
 * What the first look at an index planned. Every later look of the run is held to it, since nobody
 * has been shown more: it may repeat what was planned, where a retry finds it undone, and drop what
 * the run's own build has left. Pure.
 */
export class Foreseen {
  /** The index belongs to another resource of the stack. */
  readonly isSiblings: boolean;
  readonly steps: readonly SeenStep[];
  private readonly sqls: ReadonlySet<string>;
  private readonly dropped: ReadonlySet<number>;
  private readonly builds: boolean;
  private readonly rebuilds: boolean;

  constructor(isSiblings: boolean, steps: readonly SeenStep[]) {
    this.isSiblings = isSiblings;
    this.steps = steps;
    this.sqls = new Set(steps.flatMap(({ sql }) => sql));
    this.dropped = new Set(steps.flatMap(({ drops }) => drops));
    this.builds = steps.some(({ kind }) => kind === "build");
    this.rebuilds = this.builds || steps.some(({ kind }) => kind === "reindex");
  }

  static of({ whose }: Pick<Situation, "whose">, steps: readonly Step[]): Foreseen {
    return new Foreseen(whose === "sibling", steps.map(seen));
  }

  /** As after a look at an index that stands as declared. */
  static nothing(): Foreseen {
    return new Foreseen(false, []);
  }

  /** The first thing in a later plan that nobody has been shown; undefined if there is none. */
  surpriseIn(
    situation: Pick<Situation, "whose">,
    steps: readonly Step[],
    own: readonly OwnBuild[],
  ): Surprise | undefined {
    const others = steps.filter((step) => !(step.kind === "drop" && isLeftBy(own, step.index)));
    return this.surpriseOf(Foreseen.of(situation, others));
  }

  /** As {@link surpriseIn}, of what another look has planned. */
  surpriseOf(later: Foreseen): Surprise | undefined {
    if (later.isSiblings && !this.isSiblings) return { kind: "taken" };
    const step = later.steps.find((each) => !this.covers(each));
    return step && { kind: "step", step };
  }

  private covers(step: SeenStep): boolean {
    switch (step.kind) {
      case "adopt":
      case "analyze":
        return true;
      case "build":
        return this.builds;
      case "reindex":
        return this.rebuilds;
      case "drop":
        return this.coversDrops(step);
      case "alter":
        return step.drops.length > 0 ? this.coversDrops(step) : this.coversAll(step);
    }
  }

  private coversDrops({ drops }: SeenStep): boolean {
    return drops.every((oid) => this.dropped.has(oid));
  }

  /** A partition that is attached meanwhile gets its part of what is built. A mark is no change. */
  private coversAll({ onPartition, sql }: SeenStep): boolean {
    if (onPartition && this.rebuilds) return true;
    return sql.every((each) => this.sqls.has(each) || each.startsWith("COMMENT ON INDEX "));
  }
}

function seen(step: Step): SeenStep {
  const { kind, why, on } = step;
  return { kind, why, sql: sqlsOf(step), drops: droppedBy(step), onPartition: on !== undefined };
}

function droppedBy(step: Step): number[] {
  if (step.kind === "drop") return [step.index.oid];
  if (step.kind !== "alter") return [];
  return (step.expects ?? []).filter(({ name }) => name === null).map(({ oid }) => oid);
}

function isLeftBy(
  own: readonly OwnBuild[],
  index: { readonly name: string; readonly oid: number },
): boolean {
  return own.some(
    ({ name, isNew }) =>
      (isNew && index.name === name) ||
      isReindexLeftoverName(index.name, name) ||
      isDropNameOf(index, name),
  );
}
