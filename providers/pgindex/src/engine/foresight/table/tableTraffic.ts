import type { DesiredIndex } from "../../declare/desiredIndex";
import type { Facts } from "../../hazards/facts";
import { type Hazard, hazard } from "../../hazards/hazard";
import type { TableTraffic } from "./tableState";

/** Less says nothing of the traffic to come. */
const LEAST_SECONDS = 600;
const LEAST_WRITES = 1_000;
/** With fewer heap-only updates there is nothing to lose. */
const LEAST_HOT_SHARE = 0.05;

/** What a reviewer is told of it; undefined where too little was written to tell. */
export function trafficFacts({
  seconds,
  writes,
  updates,
  hotUpdates,
}: TableTraffic): Facts["traffic"] {
  if (writes < LEAST_WRITES) return undefined;
  return {
    writesPerSecond: seconds !== null && seconds >= LEAST_SECONDS ? writes / seconds : null,
    hotShare: updates === 0 ? null : hotUpdates / updates,
  };
}

/**
 * What updates will pay for another index. Nobody counts which columns they change.
 *
 * @see https://www.postgresql.org/docs/current/storage-hot.html
 */
export function foreseeHotLoss(
  traffic: Facts["traffic"],
  { schema, table, accessMethod, keys, include }: DesiredIndex,
): Hazard[] {
  const share = traffic?.hotShare ?? 0;
  // A BRIN index summarizes pages: since PostgreSQL 16 it ends no heap-only update.
  if (share < LEAST_HOT_SHARE || accessMethod === "brin") return [];
  const columns = [...keys.map(({ column, expression }) => column ?? expression), ...include];
  return [
    hazard("ends-hot-updates", {
      object: `${schema}.${table}`,
      message:
        `${Math.round(share * 100)} % of its updates are heap-only (HOT) and touch no index; ` +
        `those that change ${columns.join(", ")} will write to every index of the table`,
    }),
  ];
}

/** The traffic, in a line for people. */
export function trafficLines(traffic: Facts["traffic"]): string[] {
  const rate = traffic?.writesPerSecond ?? null;
  if (rate === null) return [];
  const shown = rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US");
  return [`the table takes ${shown} row writes a second`];
}
