import * as pulumi from "@pulumi/pulumi";
import type { PlanType } from "../../engine/explain/explain";
import type { Evidence } from "../../engine/promote/evidence";
import type { OverrideUse, StatementProof } from "../../engine/promote/gate";
import type { Override } from "../../engine/promote/override";
import type { IndexArgs } from "../indexes/indexArgs";
import type { Index } from "../indexes/indexResource";
import { declarationOf, registered, undefinedOutputs } from "../resourceParts";
import { hiddenSecrets } from "../secretArguments";
import type { Verification } from "../verification";
import { toEvidence } from "./evidenceParts";
import { stackEvidence } from "./stackEvidence";

/** Arguments of a {@link PromotionGate}: what the other stack must have shown for each index. */
export interface PromotionGateArgs {
  /** The indexes this stack is about to build. The other stack must have exactly the same ones. */
  readonly indexes: readonly IndexArgs[];
  /**
   * The other stack, which exports `evidence` made with {@link promotionEvidence}: "staging" for a
   * stack of the same project, otherwise "organization/project/stack". A stack that does not exist
   * counts as missing proof, which an override can waive.
   * @default none: evidence is given
   */
  readonly stack?: string;
  /**
   * The other stack's export, made there with {@link promotionEvidence}, for cases that `stack`
   * cannot express. A StackReference to a stack that does not exist fails before the gate runs.
   * @default the output `evidence` of `stack`
   */
  readonly evidence?: pulumi.Input<unknown>;
  /**
   * How long the indexes must have been valid in the other stack: a number with a unit, such as
   * "90m" or "30s".
   * @default "24h"
   */
  readonly soak?: pulumi.Input<string>;
  /**
   * How many scans by traffic each index must have had there. Our own measurements do not count.
   * @default 1
   */
  readonly minimumScans?: pulumi.Input<number>;
  /**
   * How queries may read the table there: one list for every query that uses the index (`["Index
   * Scan"]`), or a list for each query by name (`{ "message history": ["Index Scan"] }`). A query
   * that is named must use the index.
   * @default any plan, with at least one query using the index
   */
  readonly planTypes?: pulumi.Input<
    readonly PlanType[] | Readonly<Record<string, readonly PlanType[]>>
  >;
  /**
   * The longest a query may take there, in milliseconds: one number for every measured query, or
   * one for each by name.
   * @default no bound
   */
  readonly maximumMs?: pulumi.Input<number | Readonly<Record<string, number>>>;
  /**
   * How many times longer than before the build a measured query may take there. Differences below
   * 1 ms are ignored; a query that completed before and does not complete now counts as too slow.
   * @default 2
   */
  readonly maximumSlowdown?: pulumi.Input<number>;
  /**
   * Promote one definition even though something is missing: `{ index: "public.users_email_idx",
   * definition: "3f9a0c61b2d4", waives: ["soak"], reason: "hotfix" }`, or several of these. The
   * refusal says it, as JSON for `pulumi config set`; that text is taken too. It waives only the
   * conditions that it names, and ends with the definition. What was used is recorded.
   *
   * A reason alone waives what the first definition that needs it is missing, and nothing after that.
   * @default none
   */
  readonly override?: pulumi.Input<string | Override | readonly Override[] | undefined>;
}

const OUTPUTS = ["passedAt", "overridden", "overrides", "statements", "proofs", "schemaVersion"];

/**
 * Stops this stack, already in preview, until another stack has proved the same indexes: valid,
 * used in a measured plan, no slower than before, scanned by traffic, and old enough. The error
 * lists what is met, what is missing, and when it will be met. Make this stack's indexes depend on
 * the gate. An index that has passed is not checked again.
 *
 * @example
 * const gate = new pgindex.PromotionGate("staging-proof", {
 *   indexes: [args],
 *   stack: "staging",
 *   soak: "24h",
 *   minimumScans: 100,
 * });
 * new pgindex.Index("by-email", args, { dependsOn: gate });
 */
export class PromotionGate extends pulumi.CustomResource {
  /** When the last of this stack's indexes passed, ISO 8601. */
  declare readonly passedAt: pulumi.Output<string>;
  /**
   * The reason given for the last override that was used, or null. It stays after the override is
   * removed from the configuration.
   */
  declare readonly overridden: pulumi.Output<string | null>;
  /**
   * Every override that was used: when, why, for which index, and the conditions that were not met.
   */
  declare readonly overrides: pulumi.Output<readonly OverrideUse[]>;
  /** The statements that passed. */
  declare readonly statements: pulumi.Output<readonly string[]>;
  /** The databases that proved them. */
  declare readonly proofs: pulumi.Output<readonly StatementProof[] | undefined>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: PromotionGateArgs, options?: pulumi.CustomResourceOptions) {
    const { indexes, stack, ...rest } = args;
    const declared = { indexes: indexes.map(declarationOf) };
    const inputs = {
      ...undefinedOutputs(OUTPUTS),
      ...rest,
      ...(stack !== undefined && args.evidence === undefined ? stackEvidence(stack) : { stack }),
      ...declared,
    };
    const hidden = hiddenSecrets(declared, ["statements", "proofs"]);
    super(...registered(new.target, { resource: "PromotionGate", name, hidden }, inputs, options));
  }
}

/** An index and the verification of its queries. */
export interface Proved {
  /** The index. */
  readonly index: Index;
  /** Its verification, from the same stack. */
  readonly verification: Verification;
}

/**
 * What a stack exports for the {@link PromotionGate} of the next stack, keyed by `schema.name`.
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
  const { queries, usage, valid, verifiedAt, found } = verification;
  const { schema, name, statement, validSince, oid, canonical, database, drift } = index;
  const recorded = { oid, canonical, database, drift };
  return pulumi
    .output({
      schema,
      name,
      statement,
      validSince,
      recorded,
      queries,
      usage,
      valid,
      verifiedAt,
      found,
    })
    .apply(({ schema: itsSchema, name: itsName, ...proof }): [string, Evidence] => [
      `${itsSchema}.${itsName}`,
      toEvidence(proof),
    ]);
}
