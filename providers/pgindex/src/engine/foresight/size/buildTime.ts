import type { LiveTable } from "../../catalog/liveIndex";
import { readColumns } from "../../catalog/tables";
import type { DesiredIndex } from "../../declare/desiredIndex";
import { sqlState } from "../../errors/sqlstate";
import type { Facts } from "../../hazards/facts";
import type { Session } from "../../session/session";
import { once } from "../../session/sharedReads";
import { ident } from "../../text/sql";
import { indexedRows, lookAtRows } from "../rowLook";
import { ERROR, FIXED_SECONDS } from "./earlierPace";
import { type OwnPace, Pace, type Sample } from "./pace";

/** What is built in no time is not worth a look. */
const LEAST_BYTES = 16 * 1024 ** 2;
/** Enough to tell the pace, and read in a moment. */
const SAMPLE_BYTES = 8 * 1024 ** 2;
const FEWEST_ROWS = 1_000;
const LOOK_MS = 500;

/** A build scans twice, writes, and has parallel workers: `npm run bench -- estimates`. */
const FACTOR = 1.2;

/** How far the real time may be away where another table was read. */
const ERROR_OF_OTHERS = 4;

const newPace = async () => new Pace();

/**
 * How long the build of a btree will take, by the server's own pace: part of the table is read and
 * sorted as the build will do it, or has been of others. Undefined of other access methods, of
 * expressions and types that are the database's own, which only the build may run, and where the
 * table may not be read.
 */
export async function estimateBuildTime(
  session: Session,
  desired: DesiredIndex,
  table: LiveTable,
): Promise<Facts["build"]> {
  const { rows, sizeBytes, kind } = table;
  const columns = desired.keys.flatMap(({ column }) => column ?? []);
  const isPlain = desired.accessMethod === "btree" && columns.length === desired.keys.length;
  if (!isPlain || kind === "materialized view" || rows <= 0 || sizeBytes < LEAST_BYTES)
    return undefined;
  if (!(await mayRead(session, desired, columns))) return undefined;
  const from = indexedRows(desired, table);
  const keys = columns.map(ident).join(", ");
  const percent = Math.min(100, (100 * SAMPLE_BYTES) / sizeBytes);
  const sample = `SELECT ${keys} FROM ${from} TABLESAMPLE SYSTEM (${percent}) ORDER BY ${keys} OFFSET 0`;
  const pace = await once(session, newPace);
  const found = await pace.by(() =>
    timed(session, `SELECT count(*)::float8 AS rows FROM (${sample}) AS s`),
  );
  return found && estimateBy(found, rows);
}

function estimateBy(found: OwnPace, rows: number): Facts["build"] {
  // Rows sort slower the more there are.
  const growth = Math.log2(rows) / Math.log2(found.rows);
  const seconds = FIXED_SECONDS + found.seconds * (rows / found.rows) * growth * FACTOR;
  const error = found.isOwn ? ERROR : ERROR_OF_OTHERS;
  const read = Math.round(found.rows).toLocaleString("en-US");
  return {
    seconds,
    least: seconds / error,
    most: seconds * error,
    basis: `${read} rows ${found.isOwn ? "" : "of another table "}read and sorted now`,
  };
}

async function mayRead(
  session: Session,
  desired: DesiredIndex,
  columns: readonly string[],
): Promise<boolean> {
  const all = await readColumns(session, desired);
  return columns.every((name) => all.find((column) => column.name === name)?.isReadable);
}

async function timed(session: Session, sql: string): Promise<Sample | undefined> {
  try {
    const found = await lookAtRows(session, { timeoutMs: LOOK_MS }, async () => {
      const began = performance.now();
      const [row] = await session.query<{ rows: number }>(sql);
      return { rows: row?.rows ?? 0, seconds: (performance.now() - began) / 1000 };
    });
    const isTelling = found.kind === "done" && found.value.rows >= FEWEST_ROWS;
    return isTelling ? found.value : undefined;
  } catch (error) {
    if (sqlState(error) === undefined) throw error;
    return undefined;
  }
}
