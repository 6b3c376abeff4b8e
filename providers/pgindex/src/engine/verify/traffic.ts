import type { AccountedUsage, IndexUsage } from "./usage";

/** One measurement as seen in the index's counters. */
export interface Counted {
  /** `idx_scan` before the measurement. */
  readonly scansBefore: number;
  /** Scans that the measurement caused. */
  readonly ownScans: number;
  /** The ledger has them all. */
  readonly isCharged: boolean;
  /** Scans that unsaved measurements may have caused, where the ledger lacks them. */
  readonly unsavedScans: number;
  readonly after: IndexUsage;
}

/** The last reported usage. A report from an older release lacks some of it. */
export type EarlierUsage = Pick<AccountedUsage, "scans" | "ownScans"> &
  Partial<
    Pick<
      AccountedUsage,
      "isExact" | "isToldApart" | "countersSince" | "trafficScans" | "measuredScans" | "replicas"
    >
  >;

/** Usage on the measured server alone. */
export type Accounted = Omit<AccountedUsage, "replicas" | "unusedSince" | "summary">;

/**
 * Separates traffic from our own scans. Counters lower than in the last report were reset since and
 * no longer include our earlier scans. Underestimates traffic rather than overestimating it,
 * because a promotion can depend on it. Pure.
 */
export function account(counted: Counted, previous: EarlierUsage | undefined): Accounted {
  const isGoingOn = previous !== undefined && goesOn(counted, previous);
  const { after, isCharged } = counted;
  const separated =
    isCharged && typeof after.measuredScans === "number"
      ? byLedger(counted, after.measuredScans, previous, isGoingOn)
      : byAllowance(counted, previous, isGoingOn);
  const ownScans = counted.ownScans + (isGoingOn ? previous.ownScans : 0);
  return { ...after, ownScans, ...separated };
}

/** The counters are those of the last report, and have only grown. */
function goesOn({ scansBefore, after }: Counted, previous: EarlierUsage): boolean {
  return (
    isSameCount(after, previous) && scansBefore >= previous.scans && after.scans >= scansBefore
  );
}

/** Nothing was reset since, neither the index's counters nor the ledger. */
function isSameCount(
  after: IndexUsage,
  { countersSince }: Pick<EarlierUsage, "countersSince">,
): boolean {
  return !countersSince || countersSince === after.countersSince;
}

type Separated = Pick<Accounted, "trafficScans" | "isExact" | "isToldApart">;

/**
 * What the ledger does not have was traffic. Exact if the ledger has nothing but this measurement,
 * or the index nothing but its scans; what others measured may have been of another index.
 */
function byLedger(
  { scansBefore, ownScans, after }: Counted,
  ledger: number,
  previous: EarlierUsage | undefined,
  isGoingOn: boolean,
): Separated {
  const known = previous?.measuredScans;
  // A release without a ledger may have counted scans of its own as traffic.
  if (previous && typeof known !== "number" && previous.ownScans > 0) {
    const since = after.scans - scansBefore - ownScans;
    return { trafficScans: Math.max(0, since), isExact: false, isToldApart: true };
  }
  const isGrown =
    previous && typeof known === "number" && ledger >= known && isSameCount(after, previous);
  const written = ledger - (isGrown ? known : 0);
  const since = after.scans - (isGoingOn && previous ? previous.scans : 0);
  const before = isGoingOn && previous ? trafficOf(previous) : 0;
  const traffic = Math.max(0, since - written);
  const isKnown = traffic === Math.max(0, since - ownScans);
  return {
    trafficScans: before + traffic,
    isExact: isKnown && !(isGoingOn && previous?.isExact === false),
    isToldApart: !isGoingOn || previous?.isToldApart !== false,
  };
}

/** Without its standbys', which are added anew. */
function trafficOf({ trafficScans = 0, scans, ownScans, replicas = [] }: EarlierUsage): number {
  const elsewhere = replicas.reduce((sum, replica) => sum + (replica.scans ?? 0), 0);
  return Math.max(0, Math.min(trafficScans - elsewhere, Math.max(0, scans - ownScans)));
}

/** Where the ledger lacks our scans: those of other resources and commands may be among traffic. */
function byAllowance(
  { scansBefore, ownScans, unsavedScans, after }: Counted,
  previous: EarlierUsage | undefined,
  isGoingOn: boolean,
): Separated & Pick<Accounted, "ownScans"> {
  const scansSince = scansBefore - (isGoingOn && previous ? previous.scans : 0);
  const unsaved = previous ? Math.min(unsavedScans, Math.max(0, scansSince)) : 0;
  const own = ownScans + unsaved + (isGoingOn && previous ? previous.ownScans : 0);
  return {
    trafficScans: Math.max(0, after.scans - own),
    ownScans: own,
    isExact: unsaved === 0 && !(isGoingOn && previous?.isExact === false),
    isToldApart: false,
  };
}
