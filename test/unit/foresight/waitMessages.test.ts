// What a preview says of who is in the way.
import { describe, expect, test } from "vitest";
import { takenAdvice } from "../../../providers/pgindex/src/engine/foresight/foreseenMessages.ts";
import type { Waiting } from "../../../providers/pgindex/src/engine/foresight/inTheWay.ts";
import { waitHazard } from "../../../providers/pgindex/src/engine/foresight/waitMessages.ts";
import { declare } from "../../support/engine/engine.ts";
import { SESSION } from "../../support/engine/otherSession.ts";

const WHO = "pid 7 (app, psql, active for 3 s: SELECT …)";
const OLD = "old-transaction";

describe("each wait is told with who it is for, and how to end it", () => {
  test.each<[waiting: Waiting, dropped: string[], other: object, message: RegExp, code: string]>([
    [
      "begin",
      [],
      {},
      /^nothing can begin before .* is done, which has or wants a lock on public\.t$/,
      "table-busy",
    ],
    [
      "begin",
      [],
      { backendType: "autovacuum worker", preventsWraparound: true },
      /^nothing can begin before /,
      "wraparound-vacuum",
    ],
    [
      "build",
      [],
      {},
      /^the build will wait for .*, which has public\.t open for writes$/,
      "old-transaction",
    ],
    ["drop", [], {}, /^the lock on the table will wait for .*, which has public\.t open$/, OLD],
    ["drop", ["i"], {}, /^the drop of i will wait for /, OLD],
    ["drop", ["i", "j", "k"], {}, /^the drop of i and 2 more will wait for /, OLD],
    ["build", [], { pid: 0, gid: "x" }, /^the build will wait for prep/, "prepared-transaction"],
    [
      "snapshots",
      [],
      {},
      /^the build will wait, at its end, for .*, which reads from an old snapshot$/,
      OLD,
    ],
    ["snapshots", [], { backendType: "walsender" }, /^the build will wait/, "walsender-snapshot"],
    [
      "snapshots",
      [],
      { isHidden: true },
      /^the build may wait, at its end, for .* hidden from this role \(pg_read/,
      OLD,
    ],
  ])("%s, %j, %j", (waiting, dropped, other, message, code) => {
    const said = waitHazard(
      { other: { ...SESSION, ...other }, waiting, relation: "public.t" },
      dropped,
      60_000,
    );
    expect(said).toMatchObject({ code, object: "public.t", severity: "warning" });
    expect(said.message).toMatch(message);
    expect(said.fix).toMatch(/else it waits for up to 1 min 0 s \(waitFor\)/);
    if (Object.keys(other).length === 0) expect(said.cause).toBe(WHO);
  });
});

test.each([
  [undefined, "another resource of this stack"],
  [
    {
      label: "app/prod, other",
      stack: "s",
      urn: "u",
      id: "1",
      database: "d",
      origin: "built" as const,
    },
    "app/prod, other",
  ],
])("an index that was taken meanwhile is told with its owner: %j", async (mark, owner) => {
  const desired = await declare({ table: "t", name: "i", columns: ["a"] });
  expect(takenAdvice(desired, mark).what).toBe(
    `refused: index public.i on public.t belongs to another resource of this stack: ${owner}`,
  );
});
