import type { Fault } from "../fault.ts";

const REINDEX = "test/inplace/reindex.test.ts";

/** REINDEX CONCURRENTLY by others. */
export const REINDEX_FAULTS: readonly Fault[] = [
  {
    number: 54,
    fault:
      "an interrupted REINDEX CONCURRENTLY leaves `…_ccnew` or `…_ccold`, INVALID and paid " +
      "for by every write",
    answer:
      "removes those of its own indexes in the next run, never adopts one, leaves others' alone",
    mark: "handled",
    tests: [
      `${REINDEX}: is removed by the next up: %s`,
      `${REINDEX}: of somebody else's index is left alone`,
    ],
  },
  {
    number: 55,
    fault: "REINDEX CONCURRENTLY gives the index another OID",
    answer: "knows an index by its table and definition; a new OID is no drift",
    mark: "handled",
    tests: [
      `${REINDEX}: by a rebuild outside: nothing, and the state knows the new index`,
      "test/database/drop.test.ts: REINDEX changes the OID, not the index: it is still ours",
    ],
  },
];
