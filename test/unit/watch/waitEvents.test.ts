import { describe, expect, test } from "vitest";
import { describeWait, WaitWatch } from "../../../providers/pgindex/src/engine/watch/waitEvents.ts";

describe("what a session waits for, in words", () => {
  test.each<[type: string, event: string, text: string | undefined]>([
    ["IO", "DataFileRead", "reads of the table's or the index's files (IO: DataFileRead)"],
    ["IO", "BufFileWrite", "writes of temporary files (IO: BufFileWrite)"],
    ["IO", "SLRURead", "reads or writes of files (IO: SLRURead)"],
    ["LWLock", "WALInsert", "room in WAL (LWLock: WALInsert)"],
    [
      "LWLock",
      "BufferMapping",
      "shared memory that other sessions are using (LWLock: BufferMapping)",
    ],
    [
      "BufferPin",
      "BufferPin",
      "another session that has a page pinned, such as an open cursor (BufferPin: BufferPin)",
    ],
    ["IPC", "ParallelCreateIndexScan", "its parallel workers (IPC: ParallelCreateIndexScan)"],
    ["IPC", "ProcArrayGroupUpdate", "another process of the server (IPC: ProcArrayGroupUpdate)"],
    ["Timeout", "VacuumDelay", "vacuum_cost_delay (Timeout: VacuumDelay)"],
    // The sessions in the way are named.
    ["Lock", "relation", undefined],
    ["Lock", "virtualxid", undefined],
    ["Client", "ClientRead", undefined],
    ["constructor", "constructor", undefined],
  ])("%s: %s", (type, event, text) => expect(describeWait({ type, event })).toBe(text));

  test("a standby, with the setting that names it", () => {
    const wait = { type: "IPC", event: "SyncRep", standbys: "s1" };
    expect(describeWait(wait)).toMatch(
      /^a synchronous standby to confirm \(IPC: SyncRep; synchronous_standby_names is s1;/,
    );
  });
});

describe("what is shown", () => {
  const READ = { type: "IO", event: "DataFileRead" };
  const WRITE = { type: "IO", event: "DataFileWrite" };

  test("what comes and goes, only when it is there at two looks", () => {
    const waits = new WaitWatch();
    expect(waits.look(READ)).toBeUndefined();
    expect(waits.look(READ)).toContain("DataFileRead");
    expect(waits.look(WRITE)).toBeUndefined();
    expect(waits.look(undefined)).toBeUndefined();
    expect(waits.look(WRITE)).toBeUndefined();
  });

  test("what lasts, at once", () => {
    expect(new WaitWatch().look({ type: "IPC", event: "SyncRep" })).toContain("SyncRep");
    expect(new WaitWatch().look({ type: "BufferPin", event: "BufferPin" })).toContain("pinned");
  });
});
