import type { DesiredIndex } from "../../declare/desiredIndex";
import type { Facts } from "../../hazards/facts";
import { type DatabaseIdentity, isSameDatabase } from "../../session/databaseIdentity";
import { renderBytes, renderElapsed } from "../../text/render";

/** A build that a stack has recorded. */
export interface EarlierBuild {
  /** `schema.name` */
  readonly index: string;
  readonly database: DatabaseIdentity;
  readonly accessMethod: string;
  readonly sizeBytes: number;
  /** Without its waits. */
  readonly seconds: number;
}

/** What it begins, waits and ends with, in three transactions. Measured by the benchmark. */
export const FIXED_SECONDS = 0.3;

/** How far the real time may be away. */
export const ERROR = 2;

/** Of a smaller index or a shorter build, nothing but its beginning and end was measured. */
const LEAST_BYTES = 1024 ** 2;
const LEAST_SECONDS = 2 * FIXED_SECONDS;

/**
 * How long a build will take by those of the same access method in the same database: the one that
 * is nearest in size tells the pace. Undefined if there is none.
 */
export function timeByPace(
  earlier: readonly EarlierBuild[],
  { accessMethod }: Pick<DesiredIndex, "accessMethod">,
  database: DatabaseIdentity,
  indexBytes: number,
): Facts["build"] {
  const known = earlier.filter(
    (each) =>
      each.accessMethod === accessMethod &&
      each.sizeBytes >= LEAST_BYTES &&
      each.seconds >= LEAST_SECONDS &&
      isSameDatabase(each.database, database),
  );
  const distance = ({ sizeBytes }: EarlierBuild) => Math.abs(Math.log(sizeBytes / indexBytes));
  const [nearest] = known.toSorted((one, other) => distance(one) - distance(other));
  if (!nearest) return undefined;
  const times = known.map((each) => secondsBy(each, indexBytes));
  const seconds = secondsBy(nearest, indexBytes);
  const { index, sizeBytes } = nearest;
  return {
    seconds,
    least: Math.min(seconds / ERROR, ...times),
    most: Math.max(seconds * ERROR, ...times),
    basis:
      `the build of ${index}, ${renderBytes(sizeBytes)} in ` +
      renderElapsed(nearest.seconds * 1000),
  };
}

function secondsBy({ seconds, sizeBytes }: EarlierBuild, indexBytes: number): number {
  return FIXED_SECONDS + (seconds - FIXED_SECONDS) * (indexBytes / sizeBytes);
}
