// What a preview says of who is in the way.
import { describe, expect, test } from "vitest";
import { takenAdvice } from "../../../providers/pgindex/src/engine/foresight/foreseenMessages.ts";
import type { Waiting } from "../../../providers/pgindex/src/engine/foresight/inTheWay.ts";
import { waitText } from "../../../providers/pgindex/src/engine/foresight/waitMessages.ts";
import { declare } from "../../support/engine/engine.ts";
import { SESSION } from "../../support/engine/otherSession.ts";

const WHO = "pid 7 (app, psql, active for 3 s: SELECT …)";
const hidden = { isHidden: true };

describe("each wait is told with who it is for, and how to end it", () => {
  test.each<[waiting: Waiting, dropped: string[], other: object, text: RegExp]>([
    [
      "begin",
      [],
      {},
      /^nothing can begin before .* is done, which has or wants a lock on public\.t: let/,
    ],
    [
      "build",
      [],
      {},
      /^the build will wait for .*, which has public\.t open for writes: .*, and cleans/,
    ],
    ["drop", [], {}, /^the lock on the table will wait for .*, which has public\.t open: let it/],
    ["drop", ["i"], {}, /^the drop of i will wait for /],
    ["drop", ["i", "j", "k"], {}, /^the drop of i and 2 more will wait for /],
    [
      "snapshots",
      [],
      {},
      /^the build will wait, at its end, for .*, which reads from an old snapshot: /,
    ],
    [
      "snapshots",
      [],
      hidden,
      /^the build may wait, at its end, for .* hidden from this role \(pg_read/,
    ],
  ])("%s, %j, %j", (waiting, dropped, other, text) => {
    const said = waitText(
      { other: { ...SESSION, ...other }, waiting, relation: "public.t" },
      dropped,
      60_000,
    );
    expect(said).toMatch(text);
    expect(said).toMatch(/else it waits for up to 1 min 0 s \(waitFor\)/);
    if (!("isHidden" in other)) expect(said).toContain(WHO);
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
