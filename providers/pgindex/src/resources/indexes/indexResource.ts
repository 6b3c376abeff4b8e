import * as pulumi from "@pulumi/pulumi";
import type { RecordedForm } from "../../engine/compare/recordedForm";
import type { QueryPlan } from "../../engine/explain/queryPlan";
import type { QueryMeasurement } from "../../engine/measure/measure";
import type { DatabaseIdentity } from "../../engine/session/databaseIdentity";
import { outputsWhenAsked } from "../outputsWhenAsked";
import { gateInput } from "../promotion/passedGate";
import {
  declarationOf,
  hiddenPreview,
  registered,
  undefinedOutputs,
  withoutStacks,
} from "../resourceParts";
import { hiddenSecrets } from "../secretArguments";
import type { ServedQuery } from "../servedQuery";
import type { IndexArgs } from "./indexArgs";

/** Those that a preview knows, and the one by which the others are known to be there. */
const OUTPUTS = ["schema", "statement", "valid"];

/** The others that the class declares. The state holds more. */
const ASKED_FOR = [
  "definition",
  "oid",
  "sizeBytes",
  "builtAt",
  "buildSeconds",
  "phaseSeconds",
  "adopted",
  "validSince",
  "before",
  "plansBefore",
  "drift",
  "canonical",
  "bloatRatio",
  "database",
  "origin",
];

const WHEN_ASKED = outputsWhenAsked(ASKED_FOR);

/** The outputs that repeat what the arguments say. */
const REPEATED = ["statement", "definition", "canonical", "drift"];

/**
 * One PostgreSQL index. `pulumi up` builds it with CREATE INDEX CONCURRENTLY
 * (https://www.postgresql.org/docs/current/sql-createindex.html) and succeeds only once the catalog
 * shows it valid and as declared. `pulumi destroy` drops it with DROP INDEX CONCURRENTLY.
 *
 * A valid index with the same definition is adopted without a build. The leftover of a failed build
 * is cleaned up and rebuilt, and a build that another session is running is waited for. A different
 * valid index that this stack does not own is never touched.
 *
 * Changing the definition is an update: the new index is built next to the old one, the names are
 * swapped in one short transaction, and the old index is dropped concurrently. A valid index has
 * the declared name throughout. Changing the name, comment, statistics target, storage parameters
 * or tablespace needs no build. Indexes on partitioned tables are built one partition at a time.
 *
 * @example
 * new pgindex.Index("messages-by-state", {
 *   table: "conversation_messages",
 *   name: "conversation_messages_state_created_idx",
 *   columns: ["conversation_state_id", { column: "created_at", order: "desc" }],
 * });
 * // CREATE INDEX CONCURRENTLY "conversation_messages_state_created_idx"
 * //   ON "public"."conversation_messages"
 * //   USING "btree" ("conversation_state_id", "created_at" DESC)
 */
export class Index extends pulumi.CustomResource {
  /** The index's name, as declared. */
  declare readonly name: pulumi.Output<string>;
  /** The schema of the table and the index. */
  declare readonly schema: pulumi.Output<string>;
  /** The table, as declared. */
  declare readonly table: pulumi.Output<string>;
  /** The live definition, from `pg_get_indexdef`. */
  declare readonly definition: pulumi.Output<string>;
  /** OID of the index. REINDEX CONCURRENTLY changes it; `pulumi refresh` updates it. */
  declare readonly oid: pulumi.Output<number>;
  /**
   * True if `indisvalid`, `indisready` and `indislive` are: queries can use the index and writes
   * maintain it.
   */
  declare readonly valid: pulumi.Output<boolean>;
  /** Size on disk in bytes, at the end of the build or at the last refresh. */
  declare readonly sizeBytes: pulumi.Output<number>;
  /** End of the build by the server's clock, ISO 8601; null if the index was adopted. */
  declare readonly builtAt: pulumi.Output<string | null>;
  /** Duration of the build in seconds, including waits; null if the index was adopted. */
  declare readonly buildSeconds: pulumi.Output<number | null>;
  /**
   * Seconds spent in each build phase, sampled twice a second, in the order of the PostgreSQL
   * documentation (https://www.postgresql.org/docs/current/progress-reporting.html); null if not
   * observed.
   */
  declare readonly phaseSeconds: pulumi.Output<readonly number[] | null>;
  /** The database that the index is in: system identifier, OID and name. */
  declare readonly database: pulumi.Output<DatabaseIdentity>;
  /** True if a valid index with this definition already existed and nothing was built. */
  declare readonly adopted: pulumi.Output<boolean>;
  /**
   * When this stack first saw the index valid, by the server's clock, ISO 8601. It starts anew when
   * a refresh finds another index under the name (another OID: dropped and created, or reindexed), or
   * one that was not valid in between.
   */
  declare readonly validSince: pulumi.Output<string>;
  /** The statement that creates the index. Already known in preview. */
  declare readonly statement: pulumi.Output<string>;
  /** The measurements of the served queries just before the build; empty if nothing was built. */
  declare readonly before: pulumi.Output<readonly QueryMeasurement[]>;
  /**
   * The plans of the served queries at that time: at most 12 nodes and about 1.2 kB each, with no
   * constants.
   */
  declare readonly plansBefore: pulumi.Output<readonly QueryPlan[]>;
  /** The live definition as a refresh compares it, field by field. */
  declare readonly canonical: pulumi.Output<RecordedForm>;
  /** What the last refresh found wrong with the index; null if nothing. */
  declare readonly drift: pulumi.Output<string | null>;
  /** Bytes per row now, divided by bytes per row right after the build; null if unknown. */
  declare readonly bloatRatio: pulumi.Output<number | null>;
  /** "built" by a stack with pgindex, or "adopted": a destroy keeps what it did not build. */
  declare readonly origin: pulumi.Output<"built" | "adopted">;
  /** The queries it was declared to serve. A plain property of the program, not an output. */
  readonly serves: readonly ServedQuery[];
  /** Schemas to search for unqualified names in its declaration, if it named any. */
  readonly searchPath: IndexArgs["searchPath"];
  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: IndexArgs, options?: pulumi.CustomResourceOptions) {
    const { gate, ...declared } = args;
    const secrets = hiddenSecrets(declarationOf(args), REPEATED);
    const canBeSecret = "__secret" in secrets || options?.additionalSecretOutputs !== undefined;
    // Of an index that serves queries, its Verification asks for most.
    const isAsked = canBeSecret || Boolean(args.serves?.length);
    const outputs = undefinedOutputs(isAsked ? [...OUTPUTS, ...ASKED_FOR] : OUTPUTS);
    const inputs = { ...outputs, ...declared, ...gateInput(gate) };
    const hidden = { ...secrets, ...hiddenPreview() };
    const registration = registered(
      new.target,
      { resource: "Index", name, hidden },
      inputs,
      options,
    );
    const limit = withoutStacks();
    try {
      super(...registration);
    } finally {
      Error.stackTraceLimit = limit;
    }
    if (!isAsked) Object.defineProperties(this, WHEN_ASKED);
    this.serves = args.serves ?? [];
    this.searchPath = args.searchPath;
  }
}
