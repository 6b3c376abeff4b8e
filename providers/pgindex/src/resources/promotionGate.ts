import * as pulumi from "@pulumi/pulumi";
import type { Evidence } from "../engine/promotion";
import type { IndexArgs } from "./indexArgs";
import type { Index } from "./indexResource";
import { hiddenUrn, providedBy, typeOf, undefinedOutputs } from "./resource";
import type { Verification } from "./verification";

/** Arguments of a {@link PromotionGate}. */
export interface PromotionGateArgs {
  /** The declarations that this stack is about to build: the other stack must have the very same. */
  readonly indexes: readonly IndexArgs[];
  /** What the other stack exported, made there by {@link promotionEvidence}. */
  readonly evidence: pulumi.Input<unknown>;
  /**
   * How long the indexes must have stood, valid, in the other stack: a number with a unit, such as "90m" or "30s".
   * @default "24h"
   */
  readonly soak?: pulumi.Input<string>;
  /**
   * Scans by traffic that each index must have had there; our own measurements do not count.
   * @default 1
   */
  readonly minimumScans?: pulumi.Input<number>;
  /**
   * Promote whatever is missing, for this reason, which is recorded.
   * @default none
   */
  readonly override?: pulumi.Input<string | undefined>;
}

/**
 * Refuses, in preview already, to go on while another stack has not proved the same indexes: valid, in a measured plan, scanned by traffic, and
 * old enough. Let the indexes of this stack depend on it. What was promoted once is not asked again.
 *
 * @example
 * const staging = new pulumi.StackReference("organization/pgindex/staging");
 * const gate = new pgindex.PromotionGate("staging-proof", { indexes: [args], evidence: staging.getOutput("evidence") });
 * new pgindex.Index("by-email", args, { dependsOn: gate });
 */
export class PromotionGate extends pulumi.CustomResource {
  /** When this stack's indexes were let through, ISO 8601. */
  declare readonly passedAt: pulumi.Output<string>;
  /** The reason of an override, or null. */
  declare readonly overridden: pulumi.Output<string | null>;

  constructor(name: string, args: PromotionGateArgs, options?: pulumi.CustomResourceOptions) {
    const type = typeOf("PromotionGate");
    const { indexes, ...rest } = args;
    const inputs = {
      ...undefinedOutputs(["passedAt", "overridden", "schemaVersion"]),
      ...rest,
      indexes: indexes.map(({ serves: _, validateInPreview: __, ...declaration }) => declaration),
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
  const { queries, usage, valid } = verification;
  return pulumi
    .output({ ...pick(index), queries, usage, valid })
    .apply(({ schema, name, statement, validSince, queries, usage, valid }): [string, Evidence] => [
      `${schema}.${name}`,
      {
        statement,
        valid,
        validSince,
        trafficScans: usage.trafficScans,
        queries: queries.map(({ name, usesIndex, planType }) => ({ name, usesIndex, planType })),
      },
    ]);
}

function pick({ schema, name, statement, validSince }: Index) {
  return { schema, name, statement, validSince };
}
