import type { LiveTable } from "../catalog/liveIndex";
import { type Bounded, runBounded } from "../scans/boundedTransaction";
import { stopCounting } from "../scans/scanCounting";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { qualified } from "../text/sql";

/**
 * It holds ACCESS SHARE on the table, behind which an ALTER TABLE would queue. No workers; and no
 * policy, which runs functions and hides rows.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: "500",
  max_parallel_workers_per_gather: "0",
  row_security: "off",
};

interface RowLook {
  readonly timeoutMs: number;
  /** Beside those of every look. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A short look at rows of a table, read-only, whose scans are not taken for traffic. */
export async function lookAtRows<T>(
  session: Session,
  { timeoutMs, settings = {} }: RowLook,
  look: () => Promise<T>,
): Promise<Bounded<T>> {
  const isCounted = !(await stopCounting(session));
  return runBounded(session, { timeoutMs, indexOids: [], isCounted }, async () => {
    await setSettings(session.query, "transaction", { ...SETTINGS, ...settings });
    return look();
  });
}

/** The rows that an index of the table has: children by plain inheritance have their own. */
export function indexedRows(
  { schema, table }: { readonly schema: string; readonly table: string },
  { kind }: Pick<LiveTable, "kind">,
): string {
  return `${kind === "partitioned table" ? "" : "ONLY "}${qualified(schema, table)}`;
}
