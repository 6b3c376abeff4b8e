import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { typesOf } from "../near/keyTypes";
import type { Cause } from "./cause";
import {
  noDimensionsCause,
  smallGraphCause,
  tooManyDimensionsCause,
  type VectorKey,
} from "./vectorKeysMessages";

/** pgvector's limits for hnsw and ivfflat, by type. */
const MOST: Readonly<Record<string, number>> = { vector: 2000, halfvec: 4000, bit: 64_000 };

/** Without dimensions, each row could have its own. */
const NEED_DIMENSIONS = ["vector", "halfvec"];

const TYPE = /^(?<schema>.+\.)?(?<type>vector|halfvec|bit)(?:\((?<dimensions>\d+)\))?$/;

/**
 * What to write for a key of more dimensions than its access method takes, or of none.
 *
 * @see https://github.com/pgvector/pgvector#half-precision-indexing
 */
export async function unfitVector(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  for (const { key, declared } of await typesOf(observer, index)) {
    const { schema = "", type = "", dimensions } = TYPE.exec(declared)?.groups ?? {};
    const vector: VectorKey = { key, declared, schema, type, dimensions: Number(dimensions) };
    if (dimensions === undefined && NEED_DIMENSIONS.includes(type))
      return noDimensionsCause(vector, index);
    if (vector.dimensions > (MOST[type] ?? Number.POSITIVE_INFINITY))
      return tooManyDimensionsCause(vector, MOST);
  }
  return undefined;
}

/** pgvector's defaults, which apply where only one of the two is declared. */
const DEFAULTS = { m: 16, ef_construction: 64 };

/** An hnsw graph whose candidates are fewer than twice its connections. */
export async function smallGraph(
  _observer: Session,
  { accessMethod, storageParameters }: IndexDefinition,
): Promise<Cause | undefined> {
  const { m, ef_construction } = { ...DEFAULTS, ...storageParameters };
  const isSmall = accessMethod === "hnsw" && Number(ef_construction) < 2 * Number(m);
  return isSmall ? smallGraphCause(Number(m)) : undefined;
}
