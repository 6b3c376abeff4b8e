import type { Client, QueryConfig } from "pg";
import { readIndexes } from "../../catalog/indexes";
import type { LiveIndex } from "../../catalog/liveIndex";
import { overlapOf } from "../../compare/overlap/overlap";
import { parseIndexArgs } from "../../declare/parseIndex";
import { cloneIndexStatement } from "../../declare/statement";
import { ident, qualified } from "../../text/sql";
import type { Named, Production } from "../../twin/production/production";
import { asSession, replacedBy } from "../../twin/twinPlans";
import { argsOf, type Candidate } from "./candidate";

/** A candidate that stands in the twin. */
export interface BuiltCandidate {
  readonly candidate: Candidate;
  readonly live: LiveIndex;
  /** Its name there, and those of its partitions' indexes. */
  readonly names: readonly string[];
  readonly oids: readonly number[];
  /** Standing indexes that it leaves without a query of their own. */
  readonly redundant: readonly Named[];
}

const PREFIX = "pgindex_candidate_";

/** Builds each on its empty table; one that cannot be built is none. */
export async function buildCandidates(
  twin: Client,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<number, Candidate>> {
  const built = new Map<number, Candidate>();
  for (const [i, candidate] of candidates.entries()) {
    const name = `${PREFIX}${i}`;
    const parsed = await parseIndexArgs(argsOf(candidate, name));
    if (parsed.kind !== "ok") continue;
    const { schema, table } = parsed.value;
    const statement = cloneIndexStatement(parsed.value, qualified(schema, table), name);
    const isBuilt = await twin.query(extended(statement)).then(
      () => true,
      () => false,
    );
    if (!isBuilt) continue;
    const { rows } = await twin.query("SELECT $1::pg_catalog.regclass::oid::int8::float8 AS oid", [
      `${ident(schema)}.${ident(name)}`,
    ]);
    built.set(rows[0].oid, candidate);
  }
  return built;
}

/** The extended protocol takes one statement, whatever the text says. */
export function extended(text: string): QueryConfig {
  return { text, queryMode: "extended" } as QueryConfig;
}

/**
 * Reads what was built, without what an index that stands serves already: that is dropped. The
 * search_path has to be empty.
 */
export async function onlyNew(
  twin: Client,
  built: ReadonlyMap<number, Candidate>,
  production: Pick<Production, "indexes">,
): Promise<BuiltCandidate[]> {
  const { rows } = await twin.query<{ oid: number }>(
    `SELECT x.indexrelid::int8::float8 AS oid FROM pg_index x
      WHERE x.indrelid IN (SELECT indrelid FROM pg_index WHERE indexrelid = ANY ($1::int8[]::oid[]))`,
    [[...built.keys()]],
  );
  const all = await readIndexes(
    asSession(twin),
    rows.map(({ oid }) => oid),
  );
  const standing = all.filter(({ name }) => !name.startsWith(PREFIX));
  const found: BuiltCandidate[] = [];
  for (const [oid, candidate] of built) {
    const live = all.find((each) => each.oid === oid);
    if (!live) continue;
    const beside = standing.filter(({ tableOid }) => tableOid === live.tableOid);
    const isServed = beside.some((each) => serves(each, live));
    if (isServed) await twin.query(`DROP INDEX ${qualified(live.schema, live.name)}`);
    else {
      const redundant = replacedBy(live, beside, production);
      found.push({ candidate, live, redundant, ...(await partsOf(twin, oid)) });
    }
  }
  return found;
}

/** Whether each query that the one serves, the other one serves too. */
export function serves(other: LiveIndex, one: LiveIndex): boolean {
  const overlap = overlapOf(one.canonical, other.canonical);
  return overlap === "same" || overlap === "covering";
}

async function partsOf(twin: Client, oid: number): Promise<Pick<BuiltCandidate, "names" | "oids">> {
  const { rows } = await twin.query<{ name: string; oid: number }>(
    `SELECT c.relname AS name, c.oid::int8::float8 AS oid FROM pg_class c
      WHERE c.oid = $1::int8::oid
         OR c.oid IN (SELECT relid FROM pg_partition_tree($1::int8::oid::regclass))`,
    [oid],
  );
  return { names: rows.map(({ name }) => name), oids: rows.map((row) => row.oid) };
}
