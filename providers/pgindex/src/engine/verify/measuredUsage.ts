import type { IndexOnTable } from "../catalog/indexTree";
import type { MeasuredAll } from "../measure/measure";
import type { Context } from "../operation/context";
import { unsavedMeasurements } from "../scans/scanCounting";
import { chargeTable } from "../scans/scanLedger";
import type { Session } from "../session/session";
import { type Accounted, account, type Counted, type EarlierUsage } from "./traffic";
import { type IndexUsage, settledUsage } from "./usage";

/** A measurement, and the counters before it. */
interface Round {
  readonly baseline: IndexUsage | undefined;
  readonly measured: MeasuredAll;
}

/** The counters once they have the measurement; what may have been ours is in the ledger then. */
export async function usageAfter(
  observer: Session,
  request: IndexOnTable,
  { baseline, measured }: Round,
  ctx: Context,
): Promise<IndexUsage | undefined> {
  const [scans, written] = [baseline?.scans ?? 0, baseline?.measuredScans ?? 0];
  const { ownScans, isExact, isCounted, isCharged } = measured;
  const least = {
    scans: scans + ownScans,
    measuredScans: written + (isCharged ? ownScans : 0),
  };
  const after = await settledUsage(observer, request, least, ctx);
  const missing = (after?.scans ?? 0) - scans - ownScans;
  if (!isCounted || isExact || missing <= 0) return after;
  await chargeRest(observer, request, missing);
  const measuredScans = least.measuredScans + missing;
  return settledUsage(observer, request, { ...least, measuredScans }, ctx);
}

/** Parallel workers of a run that did not end have made scans that nobody told us of. */
async function chargeRest(
  observer: Session,
  { schema, table }: IndexOnTable,
  scans: number,
): Promise<void> {
  await observer.query("BEGIN READ ONLY");
  try {
    await chargeTable(observer, { schema, table }, scans);
  } finally {
    await observer.query("ROLLBACK").catch(() => undefined);
  }
}

export function accountFor(
  { ownScans, isExact, isCounted, isCharged }: MeasuredAll,
  { scansBefore, after }: Pick<Counted, "scansBefore" | "after">,
  verifiedAt: string,
  previous: { readonly usage: EarlierUsage; readonly verifiedAt: string } | undefined,
): Accounted {
  const own = isExact ? ownScans : Math.max(ownScans, after.scans - scansBefore);
  const elapsed = previous ? Date.parse(verifiedAt) - Date.parse(previous.verifiedAt) : 0;
  const unsavedScans = isCounted && !isCharged ? own * unsavedMeasurements(elapsed) : 0;
  const counted = { scansBefore, ownScans: own, isCharged, unsavedScans, after };
  return account(counted, previous?.usage);
}
