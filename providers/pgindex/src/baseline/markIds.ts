import { createHash, randomInt, randomUUID } from "node:crypto";

/** The ids of the rows that we write. */
export interface MarkIds {
  next(): string;
  areOurs(id: string): boolean;
}

const RANDOM_BITS = 14;
const HASH_BITS = 15;

/** Where no sequence of a `serial` column gets to, and far from where its integers end. */
const FIRST_ID = 2 ** 30;

/**
 * For a `serial` column: a random number with its hash, so that the tool's own ids are told apart
 * even if somebody sets the sequence to the highest id.
 */
export const SERIAL_IDS: MarkIds = {
  next: () => idOf(randomInt(2 ** RANDOM_BITS)),
  areOurs: (id) => id === idOf(Math.floor((Number(id) - FIRST_ID) / 2 ** HASH_BITS)),
};

function idOf(random: number): string {
  const hash = Number.parseInt(hashOf(String(random)).slice(0, 8), 16);
  return String(FIRST_ID + random * 2 ** HASH_BITS + (hash % 2 ** HASH_BITS));
}

/** A UUID is `8-4-4-4-12` digits; the last group of ours is a hash of what comes before it. */
const NODE_AT = 24;

/** For Prisma's column. */
export const UUIDS: MarkIds = {
  next: () => {
    const start = randomUUID().slice(0, NODE_AT);
    return start + nodeOf(start);
  },
  areOurs: (id) => id.slice(NODE_AT) === nodeOf(id.slice(0, NODE_AT)),
};

function nodeOf(start: string): string {
  return hashOf(start).slice(0, 12);
}

function hashOf(text: string): string {
  return createHash("sha256").update(`pulumi-pgindex ${text}`).digest("hex");
}
