import * as pulumi from "@pulumi/pulumi";
import type { QueryMeasurement } from "../engine/measure/measure";
import type { QueryPlan } from "../engine/measure/queryPlan";
import type { IndexArgs } from "./indexArgs";
import { hiddenUrn, providedBy, typeOf, undefinedOutputs } from "./resourceParts";
import type { ServedQuery } from "./servedQuery";

const OUTPUTS = [
  "schema",
  "definition",
  "oid",
  "valid",
  "sizeBytes",
  "builtAt",
  "buildSeconds",
  "phaseSeconds",
  "adopted",
  "validSince",
  "statement",
  "before",
  "plansBefore",
  "drift",
  "canonical",
  "rebuildTrigger",
  "bytesPerRow",
  "bloatRatio",
  "patience",
  "schemaVersion",
];

/**
 * One PostgreSQL index. `pulumi up` builds it with CREATE INDEX CONCURRENTLY and succeeds only when
 * the catalog says that it is valid and as declared; `pulumi destroy` drops it with DROP INDEX
 * CONCURRENTLY.
 *
 * A valid index of the same definition is adopted without building. A leftover of a failed build is
 * recovered, a build that somebody else is running is waited for. A different valid index that this
 * stack does not have yet is never touched.
 *
 * A changed definition is an update: the new index is built beside the old one, both names are
 * swapped in one short transaction, and the old one is dropped concurrently, so that a valid index
 * has the declared name all the time. A new name, comment, statistics target, storage parameters or
 * tablespace need no new build. Indexes of partitioned tables are built partition by partition.
 *
 * @example
 * new pgindex.Index("messages-by-state", {
 *   table: "conversation_messages",
 *   name: "conversation_messages_state_created_idx",
 *   columns: ["conversation_state_id", { column: "created_at", order: "desc" }],
 * });
 * // CREATE INDEX CONCURRENTLY "conversation_messages_state_created_idx" ON "public"."conversation_messages"
 * //   USING "btree" ("conversation_state_id", "created_at" DESC)
 */
export class Index extends pulumi.CustomResource {
  /** The index's name, as declared. */
  declare readonly name: pulumi.Output<string>;
  /** The schema of the table and the index. */
  declare readonly schema: pulumi.Output<string>;
  /** The table, as declared. */
  declare readonly table: pulumi.Output<string>;
  /** The live definition: `pg_get_indexdef`. */
  declare readonly definition: pulumi.Output<string>;
  /** OID of the index; a REINDEX CONCURRENTLY changes it. `pulumi refresh` brings it up to date. */
  declare readonly oid: pulumi.Output<number>;
  /** `indisvalid`, `indisready` and `indislive`: queries may use it, writes maintain it. */
  declare readonly valid: pulumi.Output<boolean>;
  /** Size on disk at the end of the build or at the last refresh. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** End of the build by the server's clock, ISO 8601; null when the index was adopted. */
  declare readonly builtAt: pulumi.Output<string | null>;
  /** Seconds that the build took, waits included; null when the index was adopted. */
  declare readonly buildSeconds: pulumi.Output<number | null>;
  /**
   * What of it each phase took, in seconds, in the order in which PostgreSQL documents them, as
   * looked at twice a second; null when nobody saw it.
   */
  declare readonly phaseSeconds: pulumi.Output<readonly number[] | null>;
  /** True when a valid index of this definition stood already and nothing was built. */
  declare readonly adopted: pulumi.Output<boolean>;
  /** Since when this stack knows the index to be valid, ISO 8601. */
  declare readonly validSince: pulumi.Output<string>;
  /** The statement that makes the index; known in preview. */
  declare readonly statement: pulumi.Output<string>;
  /** What the served queries took just before the build; empty when nothing was built. */
  declare readonly before: pulumi.Output<readonly QueryMeasurement[]>;
  /** Their plans then: at most 12 nodes and about 1.2 kB each, no constant in them. */
  declare readonly plansBefore: pulumi.Output<readonly QueryPlan[]>;
  /** What the last refresh found to be wrong, or null. */
  declare readonly drift: pulumi.Output<string | null>;
  /** How many times more bytes a row than right after the build; null where it is not known. */
  declare readonly bloatRatio: pulumi.Output<number | null>;
  /** The queries it was declared for. A plain property of the program, not an output. */
  readonly serves: readonly ServedQuery[];
  /** Schemas in which unqualified names of its declaration are looked up, where it said so. */
  readonly searchPath: IndexArgs["searchPath"];

  constructor(name: string, args: IndexArgs, options?: pulumi.CustomResourceOptions) {
    const type = typeOf("Index");
    const inputs = {
      ...undefinedOutputs(OUTPUTS),
      ...args,
      __provider: providedBy("index"),
      __urn: hiddenUrn(name, type, options),
      __preview: pulumi.runtime.isDryRun() ? true : undefined,
    };
    super(type, name, inputs, options);
    this.serves = args.serves ?? [];
    this.searchPath = args.searchPath;
  }
}
