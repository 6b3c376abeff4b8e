import { isDropNameOf, isReindexLeftoverName } from "../declare/names";
import { type Step, sqlsOf } from "../plan/step";
import type { Situation } from "../situation/situation";

/** An index that this run has begun to build, or to build anew. */
export interface OwnBuild {
  readonly name: string;
  readonly isNew: boolean;
}

/** Something that a later look would do, and the first one would not have. */
export type Surprise =
  | { readonly kind: "step"; readonly step: Step }
  /** Another resource of the stack has made or taken the index in between. */
  | { readonly kind: "taken" };

/**
 * What the first look at an index planned. Every later look of the run is held to it, since nobody
 * has been shown more: it may repeat what was planned, where a retry finds it undone, and drop what
 * the run's own build has left. Pure.
 */
export class Foreseen {
  private readonly sqls: ReadonlySet<string>;
  private readonly dropped: ReadonlySet<number>;
  private readonly builds: boolean;
  private readonly rebuilds: boolean;
  private readonly isSiblings: boolean;

  private constructor({ whose }: Pick<Situation, "whose">, steps: readonly Step[]) {
    this.sqls = new Set(steps.flatMap(sqlsOf));
    this.dropped = new Set(steps.flatMap(droppedBy));
    this.builds = steps.some(({ kind }) => kind === "build");
    this.rebuilds = this.builds || steps.some(({ kind }) => kind === "reindex");
    this.isSiblings = whose === "sibling";
  }

  static of(situation: Pick<Situation, "whose">, steps: readonly Step[]): Foreseen {
    return new Foreseen(situation, steps);
  }

  /** As after a look at an index that stands as declared. */
  static nothing(): Foreseen {
    return new Foreseen({ whose: "own" }, []);
  }

  /** The first thing in a later plan that nobody has been shown; undefined if there is none. */
  surpriseIn(
    { whose }: Pick<Situation, "whose">,
    steps: readonly Step[],
    own: readonly OwnBuild[],
  ): Surprise | undefined {
    if (whose === "sibling" && !this.isSiblings) return { kind: "taken" };
    const step = steps.find((each) => !this.covers(each, own));
    return step && { kind: "step", step };
  }

  private covers(step: Step, own: readonly OwnBuild[]): boolean {
    switch (step.kind) {
      case "adopt":
      case "analyze":
        return true;
      case "build":
        return this.builds;
      case "reindex":
        return this.rebuilds;
      case "drop":
        return this.dropped.has(step.index.oid) || isLeftBy(own, step.index);
      case "alter":
        return droppedBy(step).length > 0
          ? droppedBy(step).every((oid) => this.dropped.has(oid))
          : this.coversAll(step);
    }
  }

  /** A partition that is attached meanwhile gets its part of what is built. A mark is no change. */
  private coversAll(step: Step): boolean {
    if (step.on && this.rebuilds) return true;
    return sqlsOf(step).every((sql) => this.sqls.has(sql) || sql.startsWith("COMMENT ON INDEX "));
  }
}

/** The OIDs of the indexes that are gone after a step. */
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
