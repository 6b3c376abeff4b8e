import type { Fault } from "../fault.ts";

const PARTITIONED = "test/inplace/partitioned.test.ts";
const LOCKS = "test/inplace/partitionLocks.test.ts";

/** Partitioned tables, on which PostgreSQL builds nothing concurrently. */
export const PARTITIONS: readonly Fault[] = [
  {
    number: 41,
    fault:
      "a partitioned table: PostgreSQL neither builds nor drops its index concurrently (`0A000`)",
    answer:
      "makes the parent's entry, builds on each partition concurrently, attaches; drops with " +
      "a lock timeout of 50 ms once nobody is in the way, after a warning",
    mark: "handled",
    tests: [
      `${PARTITIONED}: is built on every partition, in any schema and at any depth, ` +
        "and counted",
    ],
  },
  {
    number: 42,
    fault: "the parent's entry waits behind an open writer, and every INSERT behind it",
    answer: "gives way after a second, shows who is in the way, tries again",
    mark: "handled",
    tests: [`${LOCKS}: the parent's entry, by a writer`],
  },
  {
    number: 43,
    fault:
      "ATTACH PARTITION waits behind a reader of the partition, and every later reader behind it",
    answer: "the same",
    mark: "handled",
    tests: [`${LOCKS}: an attach, by a reader`],
  },
  {
    number: 44,
    fault:
      "PostgreSQL attaches an INVALID index without a word, and the parent never becomes valid",
    answer: "attaches valid ones only; rebuilds one that somebody else has attached",
    mark: "handled",
    tests: [`${PARTITIONED}: repairs a partition's INVALID index that somebody has attached`],
  },
  {
    number: 45,
    fault: "new partitions come with an index of PostgreSQL's own naming, or with none",
    answer: "takes the first for what it is, and builds on the others in the next run",
    mark: "handled",
    tests: [
      `${PARTITIONED}: is completed when a partition is added: by PostgreSQL, or by the next up`,
    ],
  },
  {
    number: 46,
    fault: "a unique index without the partition key",
    answer: "refuses in the preview",
    mark: "refused",
    words: ["lacks the partition key of"],
    tests: [`${PARTITIONED}: unique without the partition key`],
  },
];
