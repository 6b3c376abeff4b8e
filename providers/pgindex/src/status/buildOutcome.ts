import type { Session } from "../engine/session/session";
import type { Build } from "./runningBuilds";

/** What became of a build that was watched. */
export interface EndedBuild {
  readonly pid: number;
  /** `schema.index`; null if nothing tells its name. */
  readonly index: string | null;
  readonly table: string | null;
  /**
   * `not built`: it has failed or was cancelled, which nobody but its session is told. `unknown`: of a
   * REINDEX without CONCURRENTLY, whose index is valid before and after.
   */
  readonly outcome: "built" | "not built" | "unknown";
  /** An INVALID index that it has left behind. */
  readonly left: string | null;
  readonly isSessionGone: boolean;
  /** From the statement's beginning until it was missed. */
  readonly seconds: number;
}

/** The indexes of a table when a build was first seen there. */
interface Before {
  readonly build: Build;
  readonly valid: ReadonlySet<number>;
  readonly invalid: ReadonlySet<number>;
}

interface IndexRow {
  readonly oid: number;
  readonly name: string;
  readonly isValid: boolean;
}

/** The builds that were there at the last look, and what is known of their tables. */
export class WatchedBuilds {
  private seen = new Map<number, Before>();

  /** Takes the next look, and returns what has ended since the last. Read-only. */
  async next(observer: Session, builds: readonly Build[]): Promise<EndedBuild[]> {
    const now = new Map<number, Before>();
    const ended: EndedBuild[] = [];
    for (const build of builds) {
      const before = this.seen.get(build.pid);
      const isSame = before !== undefined && build.seconds >= before.build.seconds;
      now.set(build.pid, isSame ? { ...before, build } : await firstSeen(observer, build));
      if (isSame) this.seen.delete(build.pid);
    }
    for (const before of this.seen.values()) ended.push(await endOf(observer, before));
    this.seen = now;
    return ended;
  }
}

const isReindex = ({ command }: Build) => command?.startsWith("REINDEX") === true;

async function firstSeen(observer: Session, build: Build): Promise<Before> {
  const rows = await indexesOf(observer, build.table);
  // A new one may have become valid since the look that showed it being built.
  const isOld = ({ oid }: IndexRow) => isReindex(build) || oid !== build.indexOid;
  const oids = (isValid: boolean) =>
    new Set(rows.filter((row) => row.isValid === isValid && isOld(row)).map(({ oid }) => oid));
  return { build, valid: oids(true), invalid: oids(false) };
}

/** REINDEX CONCURRENTLY builds beside the old index, under a name with this end. */
const BESIDE = /_cc(new|old)\d*"?$/;

/** An index that is valid now and was not is the one that was built. */
async function endOf(observer: Session, { build, valid, invalid }: Before): Promise<EndedBuild> {
  const rows = await indexesOf(observer, build.table);
  const { pid, table, index, command, seconds } = build;
  const built = rows.find(({ oid, isValid }) => isValid && !valid.has(oid));
  const isOurs = ({ oid, name }: IndexRow) =>
    isReindex(build) ? BESIDE.test(name) : !invalid.has(oid);
  const left = rows.find((row) => !row.isValid && isOurs(row));
  const isUnclear = table === null || command === "REINDEX";
  return {
    ...{ pid, table, index: built?.name ?? index },
    outcome: built ? "built" : isUnclear ? "unknown" : "not built",
    left: built ? null : (left?.name ?? null),
    isSessionGone: !(await isConnected(observer, pid)),
    seconds,
  };
}

async function indexesOf(observer: Session, table: string | null): Promise<IndexRow[]> {
  return observer.queryAsLogin<IndexRow>(
    `SELECT indexrelid::int8::float8 AS oid, indexrelid::regclass::text AS name,
            indisvalid AS "isValid"
       FROM pg_index WHERE indrelid = to_regclass($1)`,
    [table ?? ""],
  );
}

async function isConnected(observer: Session, pid: number): Promise<boolean> {
  const rows = await observer.queryAsLogin("SELECT 1 FROM pg_stat_activity WHERE pid = $1", [pid]);
  return rows.length > 0;
}
