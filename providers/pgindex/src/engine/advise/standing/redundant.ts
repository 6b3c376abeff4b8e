import { readIndexes } from "../../catalog/indexes";
import type { LiveIndex } from "../../catalog/liveIndex";
import { isFree, type Overlap, overlapOf } from "../../compare/overlap/overlap";
import type { Session } from "../../session/session";
import { IS_ASKED_SCHEMA } from "../ownSchemas";

/** An index that another one makes needless. */
export interface RedundantIndex {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
  readonly sizeBytes: number;
  readonly definition: string;
  /** The same index under another name, or one that serves a part of what the other serves. */
  readonly how: "same" | "covered";
  /** The other one. */
  readonly by: {
    readonly schema: string;
    readonly name: string;
    readonly definition: string;
  };
  /** Of the resource that manages it. */
  readonly owner: string | null;
}

const ALL = `
SELECT i.indexrelid::int8::float8 AS oid
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
 WHERE i.indisvalid AND t.relkind IN ('r', 'p', 'm') AND ${IS_ASKED_SCHEMA}`;

/** Finds the indexes that another one of their table makes needless. The search_path is empty. */
export async function findRedundant(
  session: Session,
  schemas?: readonly string[],
): Promise<RedundantIndex[]> {
  const rows = await session.query<{ oid: number }>(ALL, [schemas ?? null]);
  const all = await readIndexes(
    session,
    rows.map(({ oid }) => oid),
  );
  const found = all.filter(isFree).flatMap((index) => {
    const beside = all.filter(({ tableOid }) => tableOid === index.tableOid);
    const other = beside.find((each) => makesNeedless(each, index));
    return other ? [toRedundant(index, other)] : [];
  });
  return found.toSorted((one, other) => other.sizeBytes - one.sizeBytes);
}

function makesNeedless(other: LiveIndex, index: LiveIndex): boolean {
  if (other === index) return false;
  const overlap = overlapOf(index.canonical, other.canonical);
  return overlap === "covering" || (overlap === "same" && isKept(other, index));
}

/** Of two that are the same: what more than queries need, what a program declares, the older one. */
function isKept(other: LiveIndex, index: LiveIndex): boolean {
  if (!isFree(other)) return true;
  const declared = [other, index].map(({ mark }) => mark !== undefined);
  return declared[0] === declared[1] ? other.oid < index.oid : declared[0] === true;
}

function toRedundant(index: LiveIndex, other: LiveIndex): RedundantIndex {
  const { schema, name, table, sizeBytes, definition, mark } = index;
  const overlap: Overlap | undefined = overlapOf(index.canonical, other.canonical);
  return {
    ...{ schema, name, table, sizeBytes, definition },
    how: overlap === "same" ? "same" : "covered",
    by: { schema: other.schema, name: other.name, definition: other.definition },
    owner: mark?.label ?? null,
  };
}
