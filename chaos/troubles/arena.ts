import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import type { NameSampler } from "../judge/nameSampler.ts";
import type { RunRecord } from "../judge/runRecord.ts";
import type { Stack } from "../stacks/chaosStack.ts";

/** The targets of the troubles, and who watches. */
export interface Arena {
  readonly server: EmbeddedServer;
  readonly stacks: readonly Stack[];
  readonly record: RunRecord;
  readonly sampler: NameSampler;
  /** When the time of troubles is over, in epoch milliseconds. */
  readonly calmAt: number;
}
