import { PgIndexError } from "../../engine/errors/advice";
import { PACKAGE_VERSION } from "../../packageManifest";
import type { Plan, PlannedIndex } from "../../review/plan";
import { readPlan } from "../../review/planFile";
import { otherReleaseAdvice, otherStackAdvice } from "./reviewMessages";

/** A plan that was read from a file, and is of this stack. */
export class ReviewedPlan {
  readonly file: string;
  private readonly indexes: ReadonlyMap<string, PlannedIndex>;
  private readonly others: ReadonlyMap<string, Plan["others"][number]>;

  constructor(file: string, plan: Plan) {
    this.file = file;
    this.indexes = new Map(plan.indexes.map((each) => [each.urn, each]));
    this.others = new Map(plan.others.map((each) => [each.urn, each]));
  }

  index(urn: string): PlannedIndex | undefined {
    return this.indexes.get(urn);
  }

  /** A resource that is no index. */
  other(urn: string): Plan["others"][number] | undefined {
    return this.others.get(urn);
  }
}

/** Throws {@link PgIndexError} for a file that is no plan, or one of another stack or release. */
export function openReviewedPlan(file: string, urn: string): ReviewedPlan {
  const plan = readPlan(file);
  const [, stack, project] = /^urn:pulumi:([^:]*)::([^:]*)::/.exec(urn) ?? [];
  if (plan.stack !== stack || plan.project !== project)
    throw new PgIndexError(otherStackAdvice(file, plan, `${project}/${stack}`));
  if (plan.pgindex !== PACKAGE_VERSION)
    throw new PgIndexError(otherReleaseAdvice(file, plan.pgindex, PACKAGE_VERSION));
  return new ReviewedPlan(file, plan);
}
