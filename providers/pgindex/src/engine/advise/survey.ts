import { runBounded } from "../scans/boundedTransaction";
import type { Session } from "../session/session";
import { readPlannerSettings } from "../twin/production/plannerSettings";
import { type Production, readProduction } from "../twin/production/production";
import { CannotLookError, tookTooLong } from "../twin/twinMessages";
import type { Heat } from "./choice/writes";
import { findNamed } from "./namedTables";
import type { Workload } from "./workload/workload";

/** Everything that is asked of the server. */
export interface Survey {
  readonly workload: Workload;
  readonly production: Production;
  readonly searchPath: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
  readonly heat: ReadonlyMap<number, Heat>;
  /** `schema.name` of every relation in the schemas concerned. */
  readonly taken: ReadonlySet<string>;
}

const READ_MS = 15_000;

/** Reads the catalog and the counters, in one read-only transaction; plans and runs nothing. */
export async function survey(
  observer: Session,
  read: (session: Session) => Promise<Workload>,
  schemas: readonly string[] | undefined,
): Promise<Survey> {
  const bounds = { timeoutMs: READ_MS, indexOids: [], isCounted: false };
  const surveyed = await runBounded(observer, bounds, async () => {
    const workload = await read(observer);
    const trees = workload.statements.map(({ tree }) => tree);
    const named = await findNamed(observer, trees, schemas);
    const settings = await readPlannerSettings(observer);
    const production = await readProduction(observer, named.relations, named.functions);
    const oids = production.relations.map(({ oid }) => oid);
    const { searchPath } = named;
    return {
      ...{ workload, production, settings, searchPath },
      heat: await readHeat(observer, oids),
      taken: await readTaken(observer, oids),
    };
  });
  if (surveyed.kind === "timedOut") throw new CannotLookError(tookTooLong(READ_MS));
  return surveyed.value;
}

async function readHeat(
  observer: Session,
  oids: readonly number[],
): Promise<ReadonlyMap<number, Heat>> {
  const rows = await observer.query<{ oid: number; hotShare: number }>(
    `SELECT relid::int8::float8 AS oid,
            (n_tup_hot_upd / greatest(n_tup_upd, 1)::float8) AS "hotShare"
       FROM pg_stat_all_tables WHERE relid = ANY ($1::int8[]::oid[])`,
    [oids],
  );
  return new Map(rows.map(({ oid, hotShare }) => [oid, { hotShare }]));
}

async function readTaken(observer: Session, oids: readonly number[]): Promise<ReadonlySet<string>> {
  const rows = await observer.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relnamespace IN (SELECT relnamespace FROM pg_class WHERE oid = ANY ($1::int8[]::oid[]))`,
    [oids],
  );
  return new Set(rows.map(({ name }) => name));
}
