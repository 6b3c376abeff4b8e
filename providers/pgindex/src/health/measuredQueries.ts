import type { VerificationReport } from "../engine/verify/verification";
import type { RecordedVerification, StackState } from "../status/stackState";

interface Measured {
  readonly report: Pick<VerificationReport, "queries" | "plans" | "verifiedAt">;
  /** Scans of ours that the server has counted since the stack's own measuring. */
  readonly ownScans: number;
  /** When the stack measured; once it has measured again, that is newer. */
  readonly since: string;
}

/**
 * What an endpoint has measured since a stack did. It keeps the stack's counters and history, which
 * cover a longer time. If the server counted a measurement, it must not pass for traffic.
 */
export class MeasuredQueries {
  private readonly measured = new Map<string, Measured>();

  add(urn: string, { verifiedAt: since }: RecordedVerification, report: VerificationReport): void {
    const earlier = this.measured.get(urn);
    const before = earlier && earlier.since === since ? earlier.ownScans : 0;
    this.measured.set(urn, { report, ownScans: before + report.usage.ownScans, since });
  }

  /** The state with what was measured since. */
  in(state: StackState): StackState {
    const verifications = state.verifications.map(({ urn, outputs }) => {
      const found = this.measured.get(urn);
      if (!found || found.since !== outputs.verifiedAt) return { urn, outputs };
      const { queries, plans, verifiedAt: measuredAt } = found.report;
      const ownScans = (outputs.usage?.ownScans ?? 0) + found.ownScans;
      const usage = outputs.usage && { ...outputs.usage, ownScans };
      return { urn, outputs: { ...outputs, queries, plans, usage, measuredAt } };
    });
    return { ...state, verifications };
  }
}
