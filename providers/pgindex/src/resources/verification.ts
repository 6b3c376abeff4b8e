import * as pulumi from "@pulumi/pulumi";
import type { QueryPlan } from "../engine/explain/queryPlan";
import type { VerifiedQuery } from "../engine/verify/expectations";
import type { FoundIndex } from "../engine/verify/foundIndex";
import type { AccountedUsage } from "../engine/verify/usage";
import type { History } from "../engine/verify/usageHistory";
import type { Index } from "./indexes/indexResource";
import { registered, typeOf, undefinedOutputs, withoutStacks } from "./resourceParts";
import { hiddenSecrets } from "./secretArguments";
import type { ServedQuery } from "./servedQuery";

/** Arguments of a {@link Verification}. */
export interface VerificationArgs {
  /** The index to verify. */
  readonly index: Index;
  /**
   * The queries to measure. Only those the index serves were measured before the build.
   * @default those that the index serves
   */
  readonly queries?: pulumi.Input<readonly ServedQuery[]>;
  /**
   * What to do when an expectation is not met: "warning" reports it; "error" makes `pulumi up` fail
   * and measure again next time. `pulumi refresh` only ever warns.
   * @default "warning"
   */
  readonly onFailedExpectation?: pulumi.Input<"warning" | "error">;
  /**
   * Schemas to search for unqualified tables in the queries.
   * @default the search path of the index
   */
  readonly searchPath?: pulumi.Input<readonly pulumi.Input<string>[]>;
}

const OUTPUTS = [
  "index",
  "queries",
  "plans",
  "usage",
  "found",
  "applicationRole",
  "history",
  "valid",
  "verifiedAt",
  "ok",
  "problems",
];

/**
 * Proves that an index is used: plans and times of the queries it serves, before and after the
 * build, and the server's counters for it. Measures during `pulumi up` when the index or the
 * queries have changed, and during every `pulumi refresh`. It changes nothing in the database.
 *
 * It uses the index's own Connection unless you give it another.
 *
 * @example
 * const proof = new pgindex.Verification("messages-proof", {
 *   index: messages,
 *   onFailedExpectation: "error",
 * });
 * export const queries = proof.queries;
 * // [{ name: "message history", planType: "Index Scan", ratio: 431.2, … }]
 */
export class Verification extends pulumi.CustomResource {
  /** `schema.name` of the index. */
  declare readonly index: pulumi.Output<string>;
  /**
   * Each query: plan, milliseconds, rows, buffers, the same from before the build, and any unmet
   * expectations.
   */
  declare readonly queries: pulumi.Output<readonly VerifiedQuery[]>;
  /**
   * The plan of each query that was run: at most 12 nodes and about 1.2 kB, with no constants. For
   * the plans from before the build, see `plansBefore` of the `Index`.
   */
  declare readonly plans: pulumi.Output<readonly QueryPlan[]>;
  /**
   * The server's counters (https://www.postgresql.org/docs/current/monitoring-stats.html): scans by
   * traffic and by our own measurements, tuples, last scan (PostgreSQL 16+), size, and when
   * counting began.
   */
  declare readonly usage: pulumi.Output<AccountedUsage>;
  /** The index that was measured: database, OID, definition; null if there was none. */
  declare readonly found: pulumi.Output<FoundIndex | null>;
  /**
   * At most 24 samples of the counters, one for each measurement that was kept, with recent ones
   * closer together: scans, traffic, tuples, size, and each query's plan and milliseconds.
   * `usage.unusedSince` and `usage.summary` are derived from them.
   */
  declare readonly history: pulumi.Output<History>;
  /** True if the index exists on its table and queries can use it. */
  declare readonly valid: pulumi.Output<boolean>;
  /** When it was measured, by the server's clock, ISO 8601. */
  declare readonly verifiedAt: pulumi.Output<string>;
  /** True if the index is valid and every expectation is met. */
  declare readonly ok: pulumi.Output<boolean>;
  /** Problems with the index itself; each query lists its own. */
  declare readonly problems: pulumi.Output<readonly string[]>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: VerificationArgs, options?: pulumi.CustomResourceOptions) {
    const { index, queries, ...rest } = args;
    const { schema, table, definition, builtAt, validSince, before, canonical } = index;
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
      canonical,
      served: queries ?? index.serves,
    };
    const hidden = hiddenSecrets({ definition, canonical }, ["problems", "found"]);
    const ofIndex = index.getProvider(typeOf("Verification", new.target));
    const provider = options?.provider ?? ofIndex;
    const of = { resource: "Verification", name, hidden } as const;
    const registration = registered(new.target, of, inputs, { ...options, provider });
    const limit = withoutStacks();
    try {
      super(...registration);
    } finally {
      Error.stackTraceLimit = limit;
    }
  }
}
