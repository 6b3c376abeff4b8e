import { z } from "zod";
import type { BackupOutputs } from "../backup/backupOutputs";
import type { BaselineOutputs } from "../baseline/baseline";
import { PgIndexError } from "../engine/errors/advice";
import type { IndexOutputs } from "../engine/record/outputs";
import type { VerificationReport } from "../engine/verify/verification";
import { resourceNameOf } from "../resources/resourceNames";
import { withoutSecrets } from "./secretOutputs";
import { noExportAdvice } from "./statusMessages";

/** One of our resources in a stack's state. */
export interface Recorded<Outputs> {
  readonly urn: string;
  readonly outputs: Outputs;
}

/** What a `PromotionGate` stores in the state. */
export interface RecordedGate {
  /** ISO 8601 */
  readonly passedAt: string;
  /** The reason given for an override, or null. */
  readonly overridden: string | null;
}

/** A `Verification` as recorded, with the queries as whoever looks has measured them since. */
export interface RecordedVerification extends VerificationReport {
  /** ISO 8601; absent if nobody has measured since `verifiedAt`. */
  readonly measuredAt?: string;
}

/** Our resources in a stack's state, as of its last `pulumi up` or `pulumi refresh`. */
export interface StackState {
  /** Name of the stack. */
  readonly stack: string;
  readonly indexes: readonly Recorded<IndexOutputs>[];
  readonly verifications: readonly Recorded<RecordedVerification>[];
  readonly gates: readonly Recorded<RecordedGate>[];
  readonly backups: readonly Recorded<BackupOutputs>[];
  readonly baselines: readonly Recorded<BaselineOutputs>[];
}

const EXPORTED = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          outputs: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .optional(),
  }),
});

const BASELINES = ["DrizzleBaseline", "NodePgMigrateBaseline", "PrismaBaseline"];

/**
 * Reads the text printed by `pulumi stack export`. Throws {@link PgIndexError} if it is anything
 * else.
 */
export function parseStackState(text: string): StackState {
  return stackStateOf(() => JSON.parse(text));
}

/**
 * Reads the parsed output of `pulumi stack export`. Throws {@link PgIndexError} if it is anything
 * else. Skips resources that were never created because an `up` failed.
 */
export function readStackState(exported: object): StackState {
  return stackStateOf(() => exported);
}

function stackStateOf(read: () => unknown): StackState {
  const { resources = [] } = parseExport(read).deployment;
  const ours = resources.filter(({ outputs }) => isComplete(outputs));
  const of = <Outputs>(kind: string) =>
    ours
      .filter(({ type }) => resourceNameOf(type) === kind)
      .map(({ urn, outputs = {} }) => ({ urn, outputs: withoutSecrets(outputs) as Outputs }));
  return {
    stack: /^urn:pulumi:([^:]*)::/.exec(resources[0]?.urn ?? "")?.[1] ?? "",
    indexes: of<IndexOutputs>("Index"),
    verifications: of<RecordedVerification>("Verification"),
    gates: of<RecordedGate>("PromotionGate"),
    backups: of<BackupOutputs>("Backup"),
    baselines: BASELINES.flatMap((kind) => of<BaselineOutputs>(kind)),
  };
}

function isComplete(outputs: Readonly<Record<string, unknown>> | undefined): boolean {
  return outputs?.schemaVersion !== undefined;
}

function parseExport(read: () => unknown): z.infer<typeof EXPORTED> {
  try {
    return EXPORTED.parse(read());
  } catch (error) {
    throw new PgIndexError(noExportAdvice(), { cause: error });
  }
}
