import * as pulumi from "@pulumi/pulumi";
import type { QueryPlan } from "../engine/measure/queryPlan";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { AccountedUsage } from "../engine/verify/usage";
import type { History } from "../engine/verify/usageHistory";
import type { Index } from "./indexResource";
import { hiddenUrn, providedBy, typeOf, undefinedOutputs } from "./resourceParts";
import type { ServedQuery } from "./servedQuery";

/** Arguments of a {@link Verification}. */
export interface VerificationArgs {
  /** The index to verify. */
  readonly index: Index;
  /**
   * The queries to measure. Only those that the index serves have been measured before the build.
   * @default those that the index serves
   */
  readonly queries?: pulumi.Input<readonly ServedQuery[]>;
  /**
   * What an expectation that is not met is: a "warning", or an "error", which makes `pulumi up`
   * fail and measure again the next time. `pulumi refresh` always warns.
   * @default "warning"
   */
  readonly onFailedExpectation?: pulumi.Input<"warning" | "error">;
  /**
   * Schemas in which unqualified tables of the queries are looked up.
   * @default the search path of the index
   */
  readonly searchPath?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

const OUTPUTS = [
  "index",
  "queries",
  "plans",
  "usage",
  "history",
  "valid",
  "verifiedAt",
  "ok",
  "problems",
  "schemaVersion",
];

/**
 * The proof that an index is used: plans and times of the queries it serves, before and after the
 * build, and the server's counters of it. Measured at `pulumi up` when the index or the queries
 * have changed, and at every `pulumi refresh`. It changes nothing in the database.
 *
 * It uses the index's own Connection unless another is given.
 *
 * @example
 * const proof = new pgindex.Verification("messages-proof", { index: messages, onFailedExpectation: "error" });
 * export const queries = proof.queries; // [{ name: "message history", planType: "Index Scan", ratio: 431.2, … }]
 */
export class Verification extends pulumi.CustomResource {
  /** `schema.name` of the index. */
  declare readonly index: pulumi.Output<string>;
  /**
   * Each query: plan, milliseconds, rows, buffers, the same before the build, and what is not as
   * expected.
   */
  declare readonly queries: pulumi.Output<readonly VerifiedQuery[]>;
  /**
   * The plan of each query that was run: at most 12 nodes and about 1.2 kB, no constant in it. From
   * before the build: `plansBefore` of the `Index`.
   */
  declare readonly plans: pulumi.Output<readonly QueryPlan[]>;
  /**
   * What the server has counted: scans by traffic and by these measurements, tuples, last scan
   * (PostgreSQL 16+), size, since when.
   */
  declare readonly usage: pulumi.Output<AccountedUsage>;
  /**
   * At most 24 samples of it, one for each measuring that was kept, the recent ones denser: scans,
   * traffic, tuples, size, and each query's plan and milliseconds. `usage.unusedSince` and
   * `usage.summary` rest on it.
   */
  declare readonly history: pulumi.Output<History>;
  /** The index exists, on its table, and queries may use it. */
  declare readonly valid: pulumi.Output<boolean>;
  /** When it was measured, by the server's clock, ISO 8601. */
  declare readonly verifiedAt: pulumi.Output<string>;
  /** The index is valid and every expectation is met. */
  declare readonly ok: pulumi.Output<boolean>;
  /** What is wrong with the index itself; each query has its own problems. */
  declare readonly problems: pulumi.Output<readonly string[]>;

  constructor(name: string, args: VerificationArgs, options?: pulumi.CustomResourceOptions) {
    const type = typeOf("Verification");
    const { index, queries, ...rest } = args;
    const { schema, table, definition, builtAt, validSince, before } = index;
    const inputs = {
      ...undefinedOutputs(OUTPUTS),
      searchPath: index.searchPath,
      ...rest,
      name: index.name,
      schema,
      table,
      definition,
      builtAt,
      validSince,
      before,
      served: queries ?? index.serves,
      __provider: providedBy("verification"),
      __urn: hiddenUrn(name, type, options),
    };
    super(type, name, inputs, {
      ...options,
      provider: options?.provider ?? index.getProvider(type),
    });
  }
}
