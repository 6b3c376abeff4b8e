/** A parallel scan of the whole table, below a sort. */
export const SEQ_SCAN_NODES = [
  { depth: 0, node: "Gather Merge", plannedRows: 40, rows: 10 },
  {
    depth: 1,
    node: "Sort",
    conditions: ["Sort Key: messages.created_at DESC"],
    plannedRows: 17,
    rows: 3,
    loops: 3,
  },
  {
    depth: 2,
    node: "Parallel Seq Scan",
    relation: "messages",
    conditions: ["Filter: (messages.state = '…'::uuid)"],
    plannedRows: 17,
    rows: 3,
    removed: 333_330,
    loops: 3,
  },
];

export const INDEX_SCAN_NODES = [
  {
    depth: 0,
    node: "Index Scan Backward",
    relation: "messages",
    index: "i",
    conditions: ["Index Cond: (messages.state = '…'::uuid)"],
    plannedRows: 12,
    rows: 10,
  },
];

/** Four samples of two queries, the second declared later; the counters began anew at the third. */
export const HISTORY = {
  queries: ["message history", "clean-up"],
  samples: [
    { at: "2026-11-22T11:30:00.000Z", traffic: 40, tuples: 400, bytes: 40_000_000, ms: [0.05] },
    {
      at: "2026-11-22T12:30:00.000Z",
      traffic: 90,
      tuples: 900,
      fetched: 880,
      bytes: 41_000_000,
      ms: [0.06, 3],
    },
    {
      at: "2026-11-22T13:30:00.000Z",
      traffic: 5,
      tuples: 50,
      fetched: 40,
      bytes: 41_000_000,
      ms: [0.05, null],
      restarted: "the counters were reset",
    },
    {
      at: "2026-11-22T14:30:00.000Z",
      traffic: 9,
      tuples: 90,
      fetched: 80,
      bytes: 44_000_000,
      ms: [0.07, 2],
    },
  ].map((sample) => ({ scans: sample.traffic, plans: [], ...sample })),
};

/** Writes while an index was built, of which one waited. */
export const WRITES = Array.from({ length: 60 }, (_, i) => ({
  at: new Date(Date.parse("2026-11-22T10:59:10.000Z") + i * 1000).toISOString(),
  ms: i === 30 ? 48 : 2 + (i % 5),
}));
