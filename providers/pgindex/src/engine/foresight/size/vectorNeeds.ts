import type { LiveTable } from "../../catalog/liveIndex";
import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Hazard } from "../../hazards/hazard";
import type { Session } from "../../session/session";
import { typesOf } from "../../situation/near/keyTypes";
import { littleGraphMemory } from "./memoryMessages";

/** In bytes. */
export interface VectorNeeds {
  readonly index: number;
  /** What pgvector holds in memory while it builds; undefined of several builds. */
  readonly memory?: number;
}

/** The bytes of a value by its dimensions, behind a header of eight. */
const BYTES: Readonly<Record<string, (dimensions: number) => number>> = {
  vector: (dimensions) => 4 * dimensions,
  halfvec: (dimensions) => 2 * dimensions,
  bit: (dimensions) => Math.ceil(dimensions / 8),
};

/** What fits on a page beside its header; a tuple is never split over two. */
const PAGE = 8160;

/**
 * What the build of an index of vectors needs; undefined of anything else, and where statistics or
 * dimensions are missing. pg_stats does not tell: it counts a vector stored out of line as 18 bytes.
 */
export async function vectorNeeds(
  session: Session,
  desired: IndexDefinition,
  { rows, kind }: LiveTable,
): Promise<VectorNeeds | undefined> {
  const needs = NEEDS[desired.accessMethod];
  if (!needs || rows < 0) return undefined;
  const [key] = await typesOf(session, desired);
  const [, type = "", dimensions] = /(\w+)\((\d+)\)$/.exec(key?.declared ?? "") ?? [];
  const bytes = BYTES[type]?.(Number(dimensions));
  if (bytes === undefined) return undefined;
  const { entry, memory } = needs(rows, bytes + 8, desired.storageParameters);
  const index = Math.ceil(rows / Math.max(1, Math.floor(PAGE / entry))) * 8192;
  return { index, ...(kind !== "partitioned table" && { memory }) };
}

type Needs = (
  rows: number,
  value: number,
  parameters: IndexDefinition["storageParameters"],
) => { readonly entry: number; readonly memory: number };

const NEEDS: Readonly<Record<string, Needs>> = {
  // HnswInitElement in hnswutils.c: a value, and 16 bytes for each neighbour in memory, 6 on disk.
  hnsw: (rows, value, { m = 16 }) => ({
    entry: value + 12 * Number(m) + 100,
    memory: rows * (value + 32 * Number(m) + 210),
  }),
  // ElkanKmeans in ivfkmeans.c: samples, centers, and the bounds between both.
  ivfflat: (rows, value, { lists = 100 }) => {
    const centers = Number(lists);
    const samples = Math.max(10_000, 50 * centers);
    const bounds = 4 * centers * (Math.min(rows, samples) + centers);
    return { entry: value + 16, memory: (samples + 2 * centers) * value + bounds };
  },
};

/** Says that a build would have too little memory, and how much it needs. `has`: in bytes. */
export function foreseeGraphMemory(
  desired: IndexDefinition,
  needs: VectorNeeds | undefined,
  has: number,
): Hazard[] {
  if (needs?.memory === undefined || needs.memory <= has) return [];
  return [littleGraphMemory(desired, needs.memory, has)];
}
