import { expect, test } from "vitest";
import { limitAdvice } from "../../../providers/pgindex/src/engine/slots/slotMessages.ts";

test.each([
  [
    { kind: "server", of: "the server", most: 4, used: 1, kept: 3 } as const,
    "the server may have 4 connections at a time, and this needs 2",
    "one session builds and another watches it; 3 are left to others",
    "raise max_connections",
  ],
  [
    { kind: "role", of: "role builder", most: 1, used: 1, kept: 0 } as const,
    "role builder may have 1 connection at a time, and this needs 2",
    "one session builds and another watches it",
    "run: ALTER ROLE builder CONNECTION LIMIT 3;",
  ],
  [
    { kind: "database", of: "database app", most: 1, used: 1, kept: 0 } as const,
    "database app may have 1 connection at a time, and this needs 2",
    "one session builds and another watches it",
    "run: ALTER DATABASE app CONNECTION LIMIT 3;",
  ],
])("a limit that is too small is told with what raises it: %j", (limit, what, why, fix) => {
  expect(limitAdvice(limit, 2)).toEqual({ what, why, fix });
});
