import { PgIndexError } from "../errors/advice";
import { numberOf } from "../explain/planWork";
import type { SessionTarget } from "../session/database";
import type { Session } from "../session/session";
import { withObserver } from "../session/workspace";
import { displayName } from "../text/render";
import type { TwinServer } from "../twin/server/twinServer";
import { doubtsOfCopy, filled, hiddenTables } from "../twin/sureness";
import { CannotLookError, hidden, reasonOf, secured } from "../twin/twinMessages";
import type { Advised, Unplanned } from "./advised";
import { type Candidate, textOf } from "./candidates/candidate";
import { candidatesOf } from "./candidates/candidatesOf";
import { askedKey, figuresOf, withChildren } from "./candidates/figures";
import { CandidateTwin } from "./candidateTwin";
import { choose } from "./choice/choose";
import { weighed } from "./choice/weigh";
import { type CountedWrite, writePrice } from "./choice/writes";
import type { Planned } from "./evidence";
import { tablesOf } from "./namedTables";
import { propose } from "./propose";
import { withTypicalValues } from "./query/parameters";
import { readStatements, type Statement } from "./statements";
import { type Survey, survey } from "./survey";
import { readTypical } from "./typicalValues";
import type { Workload } from "./workload/workload";
import { noOwnTable } from "./workload/workloadMessages";

export interface AdviseRequest {
  readonly database: SessionTarget;
  /** Reads the workload, from the server or from elsewhere. */
  readonly workload: (session: Session) => Promise<Workload>;
  /** Where names without a schema are looked for. */
  readonly schemas?: readonly string[];
  /** Starts the twin's server, or gives the one that runs. */
  readonly server: () => Promise<TwinServer>;
  readonly onObserver?: (session: Session) => Promise<void>;
}

/**
 * Finds the indexes that a workload would gain by. Of the server it reads the catalog, statistics
 * and counters; all planning is done on an empty copy. Throws {@link CannotLookError}, and
 * {@link PgIndexError} for a workload that is none.
 */
export async function advise(request: AdviseRequest): Promise<Advised> {
  const options = { purpose: "advise", writable: false };
  const surveyed = await withObserver(request.database, options, async (observer) => {
    await request.onObserver?.(observer);
    return survey(observer, request.workload, request.schemas);
  });
  const { production, workload, searchPath } = surveyed;
  const tables = filled(production);
  const unseen = hiddenTables(production);
  if (tables.length > 0 && unseen.length === tables.length)
    throw new CannotLookError(hidden(unseen.map(displayName)));
  const { statements, foreign } = readStatements(
    workload.statements,
    tablesOf(production, searchPath),
  );
  const { source, whyForeign = noOwnTable(source, searchPath) } = workload;
  if (statements.length === 0) throw new CannotLookError(whyForeign);
  const server = await request.server();
  const twin = await CandidateTwin.make(server, {
    ...surveyed,
    candidates: allCandidates(statements, surveyed),
  });
  try {
    const { planned, unplanned } = await planAll(twin, statements);
    const proposed = await proposeFor(twin, planned, surveyed);
    const isSecured = production.relations.some(({ hasRowSecurity }) => hasRowSecurity);
    return {
      source,
      statements: planned.length,
      skipped: { ...workload.skipped, ...(foreign > 0 && { system: foreign }) },
      unplanned,
      ...proposed,
      doubts: [
        ...workload.remarks,
        ...doubtsOfCopy(production, server, twin.lacks),
        ...(isSecured ? [secured()] : []),
      ],
    };
  } catch (error) {
    if (error instanceof CannotLookError || error instanceof PgIndexError) throw error;
    throw new CannotLookError(reasonOf(error), { cause: error });
  } finally {
    await twin.close();
  }
}

/** More take longer to build than anybody waits. */
const MOST_CANDIDATES = 400;
const MOST_RELATIONS = 4_000;

function allCandidates(statements: readonly Statement[], { production }: Survey): Candidate[] {
  const asked = new Map<string, number>();
  const accesses = statements.flatMap(({ read }) => read.accesses);
  for (const { relation, conditions } of accesses)
    for (const each of conditions)
      if (each.kind === "equal") {
        const key = askedKey(relation.oid, each.key);
        asked.set(key, (asked.get(key) ?? 0) + 1);
      }
  const figures = figuresOf(production, asked);
  const local = accesses.filter(({ relation }) => "rpm".includes(relation.kind));
  const found = local.flatMap((access) => candidatesOf(access, figures));
  const distinct = [...new Map(found.map((each) => [textOf(each), each])).values()];
  const most = Math.floor(MOST_RELATIONS / Math.max(1, production.relations.length / 10));
  return distinct.slice(0, Math.min(MOST_CANDIDATES, most));
}

async function planAll(
  twin: CandidateTwin,
  statements: readonly Statement[],
): Promise<{ readonly planned: readonly Planned[]; readonly unplanned: readonly Unplanned[] }> {
  const typicalOf = await readTypical(twin, statements);
  const planned: Planned[] = [];
  const unplanned: Unplanned[] = [];
  for (const statement of statements) {
    const { read, calls, origin } = statement;
    const sql = withTypicalValues(statement, typicalOf);
    const tables = new Set(read.accesses.map(({ relation }) => relation.oid));
    const one = weighed(calls, tables, (visible) => twin.plan(sql, visible));
    try {
      await one.plan([]);
      planned.push({ statement, weighed: one });
    } catch (error) {
      unplanned.push({ origin, reason: reasonOf(error) });
    }
  }
  return { planned, unplanned };
}

async function proposeFor(twin: CandidateTwin, planned: readonly Planned[], surveyed: Survey) {
  const writes = await countWrites(planned);
  const writesOf = ({ relation }: Candidate) => {
    const family = withChildren(relation, surveyed.production.relations);
    return writes.filter((write) => family.some(({ oid }) => oid === write.relation.oid));
  };
  const pageCost = Number(surveyed.settings.random_page_cost ?? 4);
  const heatOf = ({ oid }: { readonly oid: number }) => surveyed.heat.get(oid) ?? { hotShare: 0 };
  const prices = new Map(
    twin.built.map((each) => {
      const own = writesOf(each.candidate);
      return [each, writePrice(each.candidate, own, heatOf, pageCost)];
    }),
  );
  const price = (built: (typeof twin.built)[number]) => prices.get(built) ?? 0;
  const statements = planned.map((each) => each.weighed);
  const choice = await choose({ statements, built: twin.built, price });
  return propose({ choice, planned, surveyed, price });
}

/** As counted, else as the planner expects. */
async function countWrites(planned: readonly Planned[]): Promise<CountedWrite[]> {
  const writes: CountedWrite[] = [];
  for (const { statement, weighed: one } of planned)
    for (const write of statement.read.writes) {
      const plan = await one.plan([]);
      const expected = numberOf(plan.Plans?.[0] ?? plan, "Plan Rows");
      const rows = statement.rows ?? write.rows ?? Math.max(1, expected);
      writes.push({ ...write, total: statement.calls * rows });
    }
  return writes;
}
