import * as pulumi from "@pulumi/pulumi";
import type { PlanType } from "../engine/measure/explain";
import type { Evidence, QueryEvidence } from "../engine/promote/evidence";
import type { OverrideUse } from "../engine/promote/gate";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { IndexArgs } from "./indexArgs";
import type { Index } from "./indexResource";
import { declarationOf, hiddenUrn, providedBy, typeOf, undefinedOutputs } from "./resourceParts";
import { stackEvidence } from "./stackEvidence";
import type { Verification } from "./verification";

/** Arguments of a {@link PromotionGate}: what is asked of the other stack, for each index. */
export interface PromotionGateArgs {
  /**
   * The declarations that this stack is about to build: the other stack must have the very same.
   */
  readonly indexes: readonly IndexArgs[];
  /**
   * The other stack, whose output `evidence` {@link promotionEvidence} made: "staging" for a stack
   * of the same project, else "organization/project/stack". One that does not exist is a missing
   * proof, which an override can waive.
   * @default none: evidence is given
   */
  readonly stack?: string;
  /**
   * What the other stack exported, made there by {@link promotionEvidence}, where `stack` cannot
   * say where it is. A StackReference to a stack that does not exist fails before the gate is
   * asked.
   * @default the output `evidence` of `stack`
   */
  readonly evidence?: pulumi.Input<unknown>;
  /**
   * How long the indexes must have stood, valid, in the other stack: a number with a unit, such as
   * "90m" or "30s".
   * @default "24h"
   */
  readonly soak?: pulumi.Input<string>;
  /**
   * Scans by traffic that each index must have had there; our own measurements do not count.
   * @default 1
   */
  readonly minimumScans?: pulumi.Input<number>;
  /**
   * How queries may read the table there: a list for every query that uses the index (`["Index
   * Scan"]`), or a list for each query by its name (`{ "message history": ["Index Scan"] }`), which
   * has to use the index then.
   * @default any plan, one query at least using the index
   */
  readonly planTypes?: pulumi.Input<
    readonly PlanType[] | Readonly<Record<string, readonly PlanType[]>>
  >;
  /**
   * Milliseconds that a query may take there: one number for every measured query, or one for each
   * by its name.
   * @default no bound
   */
  readonly maximumMs?: pulumi.Input<number | Readonly<Record<string, number>>>;
  /**
   * How many times longer than before the build a measured query may take there. A difference below
   * 1 ms is none; a query that ran before and does not run now is too slow.
   * @default 2
   */
  readonly maximumSlowdown?: pulumi.Input<number>;
  /**
   * Promote whatever is missing, for this reason, which is recorded and kept with what was missing.
   * @default none
   */
  readonly override?: pulumi.Input<string | undefined>;
}

const OUTPUTS = ["passedAt", "overridden", "overrides", "statements", "schemaVersion"];

/**
 * Refuses, in preview already, to go on while another stack has not proved the same indexes, with a
 * list of what is met, what is missing and when it will be met: valid, in a measured plan, no
 * slower than before, scanned by traffic, and old enough. Let the indexes of this stack depend on
 * it. What was promoted once is not asked again.
 *
 * @example
 * const gate = new pgindex.PromotionGate("staging-proof", { indexes: [args], stack: "staging", soak: "24h", minimumScans: 100 });
 * new pgindex.Index("by-email", args, { dependsOn: gate });
 */
export class PromotionGate extends pulumi.CustomResource {
  /** When the last of this stack's indexes was let through, ISO 8601. */
  declare readonly passedAt: pulumi.Output<string>;
  /**
   * The reason of the last override that was used, or null. It stays when the override leaves the
   * configuration.
   */
  declare readonly overridden: pulumi.Output<string | null>;
  /**
   * Each override that was used: when, why, for which index, and the conditions that were not met.
   */
  declare readonly overrides: pulumi.Output<readonly OverrideUse[]>;

  constructor(name: string, args: PromotionGateArgs, options?: pulumi.CustomResourceOptions) {
    const type = typeOf("PromotionGate");
    const { indexes, stack, ...rest } = args;
    const inputs = {
      ...undefinedOutputs(OUTPUTS),
      ...rest,
      ...(stack !== undefined && args.evidence === undefined ? stackEvidence(stack) : { stack }),
      indexes: indexes.map(declarationOf),
      __provider: providedBy("gate"),
      __urn: hiddenUrn(name, type, options),
    };
    super(type, name, inputs, options);
  }
}

/** One index with the verification of its queries. */
export interface Proved {
  /** The index. */
  readonly index: Index;
  /** Its verification, of the same stack. */
  readonly verification: Verification;
}

/**
 * What a stack exports for the {@link PromotionGate} of the next one, by `schema.name`.
 *
 * @example
 * export const evidence = pgindex.promotionEvidence([{ index, verification }]);
 */
export function promotionEvidence(
  proved: readonly Proved[],
): pulumi.Output<Record<string, Evidence>> {
  return pulumi.all(proved.map(evidenceOf)).apply((pairs) => Object.fromEntries(pairs));
}

function evidenceOf({ index, verification }: Proved): pulumi.Output<[string, Evidence]> {
  const { queries, usage, valid, verifiedAt } = verification;
  return pulumi
    .output({ ...pick(index), queries, usage, valid, verifiedAt })
    .apply(({ schema, name, statement, validSince, ...found }): [string, Evidence] => [
      `${schema}.${name}`,
      {
        statement,
        valid: found.valid,
        validSince,
        verifiedAt: found.verifiedAt,
        trafficScans: found.usage.trafficScans,
        isExact: found.usage.isExact,
        queries: found.queries.map(queryEvidence),
      },
    ]);
}

function queryEvidence(query: VerifiedQuery): QueryEvidence {
  const { name, usesIndex, planType, executionMs, timedOut, before } = query;
  return {
    name,
    usesIndex,
    planType,
    executionMs,
    timedOut,
    beforeMs: before?.executionMs ?? null,
  };
}

function pick({ schema, name, statement, validSince }: Index) {
  return { schema, name, statement, validSince };
}
