import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

type ParserThread = typeof import("../../../providers/pgindex/src/import/parser/parserThread.ts");

/** Wakes whoever waits on the signal, again and again, as a notification that comes late does. */
const WAKE = `
const { workerData: signal } = require("node:worker_threads");
for (;;) Atomics.notify(signal, 0);
`;

let parse: ParserThread["parseTexts"];
let waker: Worker | undefined;

beforeEach(async () => {
  const buffers: SharedArrayBuffer[] = [];
  const Real = SharedArrayBuffer;
  vi.stubGlobal(
    "SharedArrayBuffer",
    class extends Real {
      constructor(length: number) {
        super(length);
        buffers.push(this);
      }
    },
  );
  // A module of its own, and so a thread of its own, whose signal is known here.
  vi.resetModules();
  ({ parseTexts: parse } = await import(
    "../../../providers/pgindex/src/import/parser/parserThread.ts"
  ));
  expect(parse(["SELECT 0"])).toMatchObject([{ kind: "ok" }]);
  const [buffer] = buffers;
  if (!buffer) throw new Error("the thread has made no signal");
  waker = new Worker(WAKE, { eval: true, workerData: new Int32Array(buffer) });
  await new Promise((resolve) => waker?.once("online", resolve));
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await waker?.terminate();
});

test("each question gets its own answer, whoever wakes the thread that waits for it", () => {
  for (let question = 1; question <= 3_000; question += 1) {
    const [first, second, ...more] = parse([`SELECT ${question}`, `SELECT ${question}, `]);
    expect(JSON.stringify(first)).toContain(`"ival":{"ival":${question}}`);
    expect(second).toMatchObject({ kind: "refused", message: "syntax error at end of input" });
    expect(more).toEqual([]);
  }
});
